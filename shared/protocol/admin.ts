/** Requests and answers of the operator's page: `GET /admin/figures`, `POST /admin/address` and `POST /admin/act`. */
import type { AnnouncementEvent, AnnouncementKind, RoomContents } from './events.js';

/** All processes together, over the two seconds before `at` (ms since 1970). Null: there is no value. */
export interface Sample {
  at: number;
  /** Polls that wait, by way of waiting. */
  blocking: number;
  live: number;
  users: number | null;
  /** Public rooms with members. */
  rooms: number | null;
  /** Messages accepted, and events given to clients, per second. */
  sends: number;
  deliveries: number;
  /** Answers with an error per second, by code. */
  refused: Record<string, number>;
  /** Requests refused by a limit per second, by limit. */
  limited: Record<string, number>;
  /** Over the last ten seconds: seconds from an event to the answer that gives it to a client, ... */
  receipt: Quantiles | null;
  /** ... to all inboxes, ... */
  fanOutDelay: Quantiles | null;
  /** ... and seconds that one fan-out step takes. */
  fanOutTook: Quantiles | null;
  /** Fan-out jobs that wait or are under way, and the age of the oldest (s). */
  queue: number | null;
  queueAge: number | null;
  /** Bytes of Redis; `redisMax` 0: no limit. `redisClients`: all its connections. */
  redisUsed: number | null;
  redisMax: number | null;
  redisClients: number | null;
  processes: InstanceMetrics[];
}

export interface Quantiles {
  p50: number;
  p99: number;
}

export interface InstanceMetrics {
  /** `api-...` or `worker-...`, new at every start. */
  name: string;
  /** 99th percentile of its event loop's delay (s). */
  delay: number;
  /** Resident bytes. */
  memory: number;
}

/** A busy room. `rate`: messages per second over the last ten seconds or so. */
export interface BusyRoom {
  name: string;
  members: number;
  rate: number;
}

/** A busy origin. `rate`: requests per second over the last ten seconds or so. */
interface BusyOrigin {
  /** As browsers name it. `null`: a file or a sandboxed frame. `none`: a request that names no page. */
  origin: string;
  rate: number;
}

/** A busy address. `rate`: requests per second over the last ten seconds or so. */
interface BusyAddress {
  /** The address, hashed with the salt of the day. */
  address: string;
  rate: number;
}

/**
 * A room as the host sees it. `visited`: when an owner came last, `staysUntil`: the end of its stay (ms since 1970).
 */
export interface HostRoom {
  name: string;
  members: number;
  /** Bytes of Redis: log, values, rules, and what waits for approval. */
  bytes: number;
  visited?: number;
  staysUntil?: number;
  /** The origin of the page that made it, as for a busy origin. */
  origin?: string;
}

/**
 * The answer of `GET /admin/rooms?search=`: rooms with members and rooms that stay, the largest first. `more`: there
 * are others. `stays`: how many rooms stay, and how many may stay, in all and of one address.
 */
export type HostRoomsReply =
  | { ok: true; rooms: HostRoom[]; more: boolean; stays: { count: number; max: number; addressMax: number } }
  | { ok: false; message: string };

/**
 * The usage of a room of a page. `room` '' while it was not known. `heldBack`: whether the page is above its share now,
 * by the process that answers.
 */
export interface UsedPage {
  origin: string;
  room: string;
  requests: number;
  messages: number;
  /** Events given to clients. */
  deliveries: number;
  heldBack: boolean;
}

/** The answer of `GET /admin/usage?days=`: the busiest of the last days (1 to 14), today included, in UTC. */
export type UsageReply = { ok: true; used: UsedPage[] } | { ok: false; message: string };

/** Something that the operator has switched off. `until`: ms since 1970; null: until it is switched on again. */
export interface SwitchedOff {
  kind: 'room' | 'origin' | 'address' | 'network' | 'word' | 'link';
  /** Of a `link`: a host name, or `*` for all links. */
  name: string;
  since: number;
  until: number | null;
}

/** An action of the operator: when, by which user name of the password, which action and on what. */
export interface OperatorAction {
  at: number;
  by: string;
  act: OperatorActionName;
  on: string;
  seconds?: number;
}

/**
 * The answer of `GET /admin/figures`. `samples`: of the last five minutes, or after `?since=<at>`, oldest first, one
 * each two seconds. `redis.reason`: sentences for the host. `known`: whether Redis could be read. If not, only `at`,
 * `redis`, `process` and `node` (of the process that answers) have values.
 */
export interface AdminSnapshot {
  at: number;
  known: boolean;
  redis: { up: boolean; reason: string | null };
  process: InstanceMetrics;
  /** One line when the Node of this process gets no more fixes; null while it does. */
  node: string | null;
  samples: Sample[];
  busy: { rooms: BusyRoom[]; origins: BusyOrigin[]; addresses: BusyAddress[] };
  /** Bytes of the values of all rooms, and the rooms with the most. */
  values: { bytes: number; rooms: { name: string; bytes: number }[] };
  off: SwitchedOff[];
  /** The newest first. */
  acts: OperatorAction[];
  /** The announcement that holds now; null for none. A server of an older version does not have it. */
  news?: AnnouncementEvent | null;
}

export type OperatorActionName =
  | 'room_off'
  | 'room_on'
  | 'clear'
  | 'own'
  | 'stay_end'
  | 'erase'
  | 'address_off'
  | 'address_on'
  | 'origin_off'
  | 'origin_on'
  | 'network_off'
  | 'network_on'
  | 'word_off'
  | 'word_on'
  | 'link_off'
  | 'link_on'
  | 'announce'
  | 'announce_end';

/**
 * The body of `POST /admin/announce`. `text`: at most 300 characters. `seconds`: for how long it holds; without it,
 * until it is taken back (`none`). A `maintenance` has `begins` (ms since 1970) and `minutes`.
 */
export interface AnnounceRequest {
  kind: AnnouncementKind;
  text: string;
  seconds?: number;
  begins?: number | undefined;
  minutes?: number | undefined;
}

export type AnnounceReply = { ok: true } | { ok: false; message: string };

/**
 * The body of `POST /admin/act`. `on`: a room, an origin, an address (hashed as in the list, or in clear), a network
 * such as `203.0.113.0/24`, a word, or the host name of links (`*`: all links).
 */
export interface OperatorActionRequest {
  act: Exclude<OperatorActionName, 'announce' | 'announce_end'>;
  on: string;
  /** For `address_off`: how long, up to a day. For `network_off`: up to 90 days. */
  seconds?: number;
  /** For `erase`: the nickname of the person whose messages in the room are removed. */
  name?: string;
}

/**
 * The answer of `POST /admin/act`. `owner`: after `own`, the new owner's token of the room. `users`: after `erase`, how
 * many users had the name; `more` if there are others yet.
 */
export type OperatorActionReply =
  | { ok: true; owner?: string; users?: number; more?: boolean }
  | { ok: false; message: string };

/**
 * The answer of `POST /admin/address`, whose body is `{on, kind?: 'network'}`: the address or network as it is listed,
 * and what is known of it now.
 */
export type AddressLookupReply =
  | { ok: true; address: string; own: boolean; busy: boolean; off: boolean }
  | { ok: false; message: string };

/** The answer of `GET /admin/export?room=&before=`: as that of `export`. */
export interface HostExportReply {
  ok: true;
  data: RoomContents;
  before?: string;
}

/** What the host's page, and who else has the host's password, asks and is told: `GET /admin/figures`, `POST /admin/address` and `POST /admin/act`. */

/** All processes together over the two seconds before `at` (ms since 1970); null for what there is no figure of. */
export interface Sample {
  at: number;
  /** Polls held. */
  blocking: number;
  live: number;
  users: number | null;
  /** Public rooms with members. */
  rooms: number | null;
  /** Messages accepted, and events given to clients, a second. */
  sends: number;
  deliveries: number;
  /** Answers with an error, a second, by code. */
  refused: Record<string, number>;
  /** What a limit refused, a second, by limit. */
  limited: Record<string, number>;
  /** Seconds from an event to the answer that gives it to a client; to all inboxes; of one fan-out step. Over the last ten seconds, the middle and the 99th percentile. */
  receipt: Quantiles | null;
  fanOutDelay: Quantiles | null;
  fanOutTook: Quantiles | null;
  /** Fan-out jobs waiting or under way, and for how long (s) the oldest. */
  queue: number | null;
  queueAge: number | null;
  /** Bytes of Redis; `redisMax` 0: no limit. `redisClients`: its connections, whoever has them. */
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
  /** `api-...` or `worker-...`, fresh at every start. */
  name: string;
  /** 99th percentile of its event loop's delay, s. */
  delay: number;
  /** Resident bytes. */
  memory: number;
}

/** What is busy: `rate` is messages a second of a room, requests a second of the others, over the last ten seconds or so. */
export interface BusyRoom {
  name: string;
  members: number;
  rate: number;
}
interface BusyOrigin {
  /** As browsers name it; `null` is a file or a sandboxed frame, `none` a request that names no page. */
  origin: string;
  rate: number;
}
interface BusyAddress {
  /** The address, hashed with the salt of the day. */
  address: string;
  rate: number;
}

/** What the host has switched off: `until` in ms since 1970, null until it is switched on again. */
export interface SwitchedOff {
  kind: 'room' | 'origin' | 'address';
  name: string;
  since: number;
  until: number | null;
}

/** One of the host's acts: when, by which user name of the password, what and on what. */
export interface OperatorAction {
  at: number;
  by: string;
  act: OperatorActionName;
  on: string;
  seconds?: number;
}

/**
 * The answer of `GET /admin/figures`. `samples` are those of the last five minutes, or after `?since=<at>`, oldest first, one each two
 * seconds. `known` says whether Redis could be read: else only `at`, `redis`, `process` and `node` (of the process that answers) say anything.
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
  /** What rooms remember, in bytes, and those whose values weigh most. */
  values: { bytes: number; rooms: { name: string; bytes: number }[] };
  off: SwitchedOff[];
  /** The newest first. */
  acts: OperatorAction[];
}

export type OperatorActionName =
  | 'room_off'
  | 'room_on'
  | 'clear'
  | 'own'
  | 'address_off'
  | 'address_on'
  | 'origin_off'
  | 'origin_on';

/** The body of `POST /admin/act`. `on`: a room, an origin, or an address: hashed as in the figures, or in clear. */
export interface OperatorActionRequest {
  act: OperatorActionName;
  on: string;
  /** Of `address_off`: how long, up to a day. */
  seconds?: number;
}

/** Its answer: `owner` of `own` is a fresh owner's token of the room. */
export type OperatorActionReply = { ok: true; owner?: string } | { ok: false; message: string };

/** The answer of `POST /admin/address`, whose body is `{on}` as of an act: as it is listed, and what is known of it now. */
export type AddressLookupReply =
  | { ok: true; address: string; own: boolean; busy: boolean; off: boolean }
  | { ok: false; message: string };

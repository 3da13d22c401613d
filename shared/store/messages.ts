/** Messages: how they get into a room's log. */
import { privateRoomUsers, type UserRef } from '../protocol/events.js';
import { NONCE_TTL_MS, PENDING_MAX } from '../protocol/limits.js';
import { type Charge, chargeInput, denialOf } from './authorize.js';
import { rateLimited, writeRefusal } from './denials.js';
import { eventText, messageCost } from './event-text.js';
import { readDurably, runDurably } from './replication.js';
import type { Appended, CallDenial } from './script-replies.js';
import { run, type ScriptInput, type ScriptReply } from './scripts.js';
import { sliceOf } from './slices.js';
import type { Credentials, Store } from './store.js';
import { hashOrNone, randomSecret } from './tokens.js';

/** The window of ROOM_SENDS. It is short, so that a user who was too fast need not wait long. */
export const SENDS_WINDOW_MS = 10_000;
/** Longer than a cluster's client tries a command again. */
const RETRY_TTL_MS = 30_000;

/** A message from its sender. */
export interface Message {
  room: string;
  from: UserRef;
  text?: string | undefined;
  data?: unknown;
  /** The id of the message that it answers. */
  re?: string | undefined;
  nonce?: string | undefined;
  /**
   * SHA-256 of the sender's token. It is kept with the nonce: only the sender may ask for the message, even after its
   * end.
   */
  tokenHash?: string;
  /** The token of the room's owner. The room's rules do not bind the owner. */
  owner?: string | undefined;
}

/** The result of the room's filter, as this process knows it, for a message. It binds users without a role. */
export interface Filtered {
  /** The hash of the filter; '' for none. */
  hash: string;
  /** `links`: the message is refused. `hold`: it waits for approval. */
  verdict: '' | 'links' | 'hold';
  /** Every message waits for approval, whatever its words. */
  holdsAll?: boolean;
  /** The message with its words masked. */
  masked?: Pick<Message, 'text' | 'data'>;
}

export const UNFILTERED: Filtered = { hash: '', verdict: '' };

export interface Accepted {
  id: string;
  duplicate: boolean;
  /** It waits for approval, under the id `id`. */
  pending: boolean;
  /** When others see it (ms since 1970), if it waits for that only. */
  until?: number;
  /** Of a value that was written: its JSON text. */
  json?: string;
}

/**
 * Appends a message to its room's log, or to the messages that wait for approval. From then on it is accepted. Resolves
 * with null when the sender (or in a private room, one of the two) is not in the roster; with `filter` when that filter
 * must be applied first. Throws `unavailable` when fan-out cannot follow, `not_allowed` or `rate_limited` by the room's
 * rules.
 */
export async function appendMessage(
  store: Store,
  message: Message,
  filtered = UNFILTERED,
): Promise<Accepted | { filter: string } | null> {
  return outcomeOf(await runDurably(store, 'append', appendInput(store, message, filtered)), message);
}

/** A fixed window in which calls are counted under a key. */
export interface Window {
  key: string;
  /** The most that it may count. */
  max: number;
  ms: number;
}

/** The limit of sends of an address. */
export interface SendsLimit {
  /** The windows of the address and, if it has one, its network. */
  windows: readonly Window[];
  /** As how many sends this one counts. */
  cost: number;
  /** Counts it by itself. Rejects with `rate_limited`. */
  count(): Promise<void>;
  /** Returns the refusal of the window `index`, which ends in so many ms. */
  refusal(index: number, ms: number): Error;
}

/** A message that was sent in one call. */
export interface Sent extends Accepted {
  /** How many workers were told of it. */
  heard: number;
}

/**
 * Authorizes the sender and appends its message in one script call, for a store whose keys are on one Redis. Resolves
 * as `appendMessage`; with `outdated` when name or room of the sender may not be those of the message: nothing was
 * charged or written then. `isOnly`: the sender has not named its room. `limit`: of its address, which the script
 * counts. Throws also what `authorizeIn` throws, and the refusal of that limit.
 */
export async function sendMessage(
  store: Store,
  message: Message & { tokenHash: string },
  { charge, isOnly, limit }: { charge: Charge; isOnly: boolean; limit: SendsLimit | null },
  filtered = UNFILTERED,
): Promise<Sent | { filter: string } | { outdated: true } | null> {
  const { keys, config } = store;
  const { room, from, tokenHash } = message;
  const { cost: rateCost, ...rate } = chargeInput(config, charge);
  // assigned, because a literal with a spread and so many names more takes 30 times as long (V8: slow properties)
  const input = Object.assign(appendInput(store, message, filtered), rate, {
    user: keys.user(from.id),
    userRooms: keys.userRooms(from.id),
    seen: keys.seen(keys.userShard(from.id)),
    tokenHash,
    name: from.name,
    isOnly: isOnly ? 1 : 0,
    wakeChannel: keys.wakeChannel(sliceOf(room)),
    rateCost,
    addressWindow: limit?.windows[0]?.key ?? keys.user(from.id),
    addressMax: limit?.windows[0]?.max ?? 0,
    networkWindow: limit?.windows[1]?.key ?? keys.user(from.id),
    networkMax: limit?.windows[1]?.max ?? 0,
    addressMs: limit?.windows[0]?.ms ?? 0,
    addressCost: limit?.cost ?? 0,
  });
  const reply = await run(store.redis, 'send', input);
  if (reply[0] === 'outdated') return { outdated: true };
  if (reply[0] === 'limited') throw limit?.refusal(reply[1], reply[2]) ?? rateLimited(reply[2]);
  if (typeof reply[0] === 'string') throw denialOf(reply as CallDenial, room);
  const [appended, heard] = reply as [Appended, number];
  const outcome = outcomeOf(appended, message);
  return outcome && 'id' in outcome ? { ...outcome, heard } : outcome;
}

export function appendInput(store: Store, message: Message, filtered: Filtered): ScriptInput<'append'> {
  const { keys, config } = store;
  const { room, from, nonce, owner } = message;
  const isPrivate = privateRoomUsers(room) !== null;
  const body = ({ text, data }: Pick<Message, 'text' | 'data'>): string =>
    eventText({ type: 'message', room, from, text, data, re: message.re, private: isPrivate || undefined });
  const once = idempotencyKey(store, nonce);
  return {
    log: keys.log(room),
    roster: keys.roster(room),
    delivered: keys.delivered(room),
    dirty: keys.dirty(keys.roomShard(room)),
    nonceKey: keys.nonce(room, from.id, once.nonce),
    rules: keys.rules(room),
    slow: keys.slow(room, from.id),
    sends: keys.sends(room),
    pending: keys.pending(room),
    id: from.id,
    text: body(message),
    room,
    membersMin: isPrivate ? 2 : 1,
    nonceTtl: once.ttl,
    undeliveredMax: config.logMax,
    ownerHash: hashOrNone(owner),
    roomSends: config.rateLimits ? config.roomSends : 0,
    window: SENDS_WINDOW_MS,
    cost: messageCost(message),
    filterHash: filtered.hash,
    verdict: filtered.verdict,
    maskedText: filtered.masked ? body(filtered.masked) : '',
    heldEvent: filtered.verdict === 'hold' ? eventText({ type: 'held', room, from }) : '',
    pendingMax: PENDING_MAX,
    tokenHash: message.tokenHash ?? '',
  };
}

export function outcomeOf(
  [outcome, value, more]: ScriptReply<'append'>,
  { room, nonce }: Message,
): Accepted | { filter: string } | null {
  switch (outcome) {
    case 'ok':
    case 'held':
    case 'duplicate':
      return {
        id: value,
        duplicate: outcome === 'duplicate' && nonce !== undefined,
        pending: outcome === 'held' || more === 'held',
        ...(outcome === 'held' && more !== undefined && { until: Number(more) }),
      };
    case 'filter':
      return { filter: value };
    case 'not_in_room':
      return null;
    default:
      throw writeRefusal(room, outcome, value);
  }
}

/**
 * Returns the nonce that keeps a write from being done twice, and for how long it is remembered (ms); 0: not at all.
 */
export function idempotencyKey({ redis }: Store, nonce: string | undefined): { nonce: string; ttl: number } {
  if (nonce !== undefined) return { nonce, ttl: NONCE_TTL_MS };
  // when a master goes, a cluster's client sends commands again that may have been done
  return redis.isCluster ? { nonce: randomSecret(), ttl: RETRY_TTL_MS } : { nonce: '', ttl: 0 };
}

/**
 * The value that is kept for a nonce: an id, whether the message waits for approval, the SHA-256 of the sender's token
 * (not by older versions), and the sum of an `add`.
 */
const NONCE_VALUE = /^(\S+)( held)?(?: (\S*))?(?: =(.*))?$/;

/**
 * Finds the message or value that a user sent with a nonce. The user may have ended since. Null when none was accepted.
 */
export async function findSent(
  store: Store,
  room: string,
  sender: Credentials,
  nonce: string,
): Promise<Accepted | null> {
  const key = store.keys.nonce(room, sender.id, nonce);
  const kept = await readDurably(
    store,
    key,
    () => store.redis.get(key),
    (found) => found !== null,
  );
  const [, id, held, hash, json] = NONCE_VALUE.exec(kept ?? '') ?? [];
  if (id === undefined || (hash && hash !== sender.tokenHash)) return null;
  return { id, duplicate: true, pending: held !== undefined, ...(json !== undefined && { json }) };
}

/** Whether a user may send a signal in a room. */
export async function maySpeak({ keys, redis }: Store, room: string, id: number): Promise<boolean> {
  return (await run(redis, 'may-speak', { rules: keys.rules(room), id })) === 1;
}

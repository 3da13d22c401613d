/** Inboxes: what a user has not yet acknowledged, and the step that ties a poll to it. */
import { EVENTS_BYTES, EVENTS_MAX } from '../protocol/limits.js';
import { run } from './scripts.js';
import type { Credentials, Store } from './store.js';
import { unauthorized } from './tokens.js';

/** How far a client has acknowledged its inbox. On the wire it is opaque: `<process>.<position>.<log id>`. */
export interface Cursor {
  /** The API process that issued it. */
  process: string;
  /** Events of this inbox up to and including the acknowledged one, counted over the user's life. */
  position: number;
  /** Log id of the acknowledged event, by which a Redis that lost its last moments is found out. */
  eventId: string;
}

export const FIRST_POSITION = { position: 0, eventId: '0-0' };
const CURSOR = /^([a-z0-9]{1,16})\.(0|[1-9]\d{0,14})\.(\d{1,15}-\d{1,15})$/;

export function cursorText(process: string, position: number, eventId: string): string {
  return `${process}.${position}.${eventId}`;
}

/** Null for what is not a cursor. */
export function parseCursor(text: string): Cursor | null {
  const match = CURSOR.exec(text);
  return match ? { process: match[1] ?? '', position: Number(match[2]), eventId: match[3] ?? '' } : null;
}

/**
 * How an attach may go on to wait: `blocking`; `live` when the user's last poll came here too, else blocking;
 * `full`: live or not at all, as the pool is used up; `none`: not held.
 */
export type Want = 'blocking' | 'live' | 'full' | 'none';

export interface Attached {
  /** How the user is waited for from now on; '' is not at all. */
  way: 'live' | 'blocking' | '';
  n: number;
  /** Position and log id of the last event given; where there was none, of the last acknowledged. */
  position: number;
  eventId: string;
  /** Events the inbox lost to its limit since the cursor. */
  missed: number;
  /** The cursor's event is not there: nothing was acknowledged. */
  reset: boolean;
  /** The number of the last delivery to this process from this user's shard. */
  sequence: number;
  rooms: string[];
  /** Event texts, oldest first. */
  events: string[];
}

type AttachReply = ['unauthorized'] | ['live' | 'blocking' | '', number, number, string, number, number, number, string[], string[]];

/** Ties a poll to its user and this process. Always right, whatever was before. Throws `unauthorized`. */
export async function attach(store: Store, user: Credentials, process: string, cursor: Cursor | null, want: Want): Promise<Attached> {
  const { keys } = store;
  const shard = keys.userShard(user.id);
  const reply = await run<AttachReply>(store.redis, 'attach', keys.user(user.id), keys.inbox(user.id), keys.seen(shard),
    keys.attached(shard), keys.sequence(shard, process), user.id, user.tokenHash, process,
    cursor?.position ?? '', cursor?.eventId ?? '', want, EVENTS_MAX, EVENTS_BYTES);
  if (reply[0] === 'unauthorized') throw unauthorized();
  const [way, n, position, eventId, missed, reset, sequence, rooms, events] = reply;
  return { way, n, position, eventId, missed, reset: reset === 1, sequence, rooms, events };
}

/** What a process writes of one live user once a second. */
export interface Touch {
  id: number;
  n: number;
  position: number;
  eventId: string;
  /** Lets the user go: it is attached nowhere afterwards. */
  letGo: boolean;
}

/**
 * Writes acknowledgements and `seen` of live users of one shard. Gives the number of the last delivery to this process
 * and the ids of users no longer attached here with that n, for whom nothing was written.
 */
export async function touch(store: Store, shard: number, process: string, users: Touch[]): Promise<{ sequence: number; gone: number[] }> {
  const { keys } = store;
  const flat = users.flatMap((user) => [user.id, user.n, user.position, user.eventId, user.letGo ? 'go' : 'keep']);
  const [sequence = 0, ...gone] = await run<(number | string)[]>(store.redis, 'touch', keys.seen(shard), keys.attached(shard),
    keys.sequence(shard, process), keys.userTag(shard), process, ...flat);
  return { sequence: Number(sequence), gone: gone.map(Number) };
}

/** Inboxes: what a user has not yet acknowledged, and the step that ties a poll to it. */
import { EVENTS_BYTES, EVENTS_MAX } from '../protocol/limits.js';
import { run } from './scripts.js';
import type { Credentials, Store } from './store.js';
import { unauthorized } from './tokens.js';

/** A place in an inbox, behind an event. Its log id and sum show when Redis has lost its last moments. */
export interface Place {
  /** Events of this inbox up to and including that one, counted over the user's life. */
  position: number;
  /** The event's log id. */
  eventId: string;
  /** Of all events up to there, whatever their order (`lua/parts/sum.lua`). NaN where it is not known. */
  sum: number;
}

/** How far a client has acknowledged its inbox. */
export interface Cursor extends Place {
  /** The API process that issued it. */
  process: string;
}

export const FIRST_PLACE: Place = { position: 0, eventId: '0-0', sum: 0 };
/** A process id of ours has ten characters; of a shorter one, a sum behind it would be taken for a part. */
const CURSOR = /^([a-z0-9]{1,10})([a-z0-9]{6})?\.(0|[1-9]\d{0,14})\.(\d{1,15}-\d{1,15})$/;
/** Sums are below it: six characters to the base of 36. */
const SUMS = 2 ** 31;

/** Whether a place is the other one; of a sum that is not known nothing is said. */
export function isAt({ position, eventId, sum }: Place, other: Place): boolean {
  return (
    position === other.position &&
    eventId === other.eventId &&
    (sum === other.sum || Number.isNaN(sum) || Number.isNaN(other.sum))
  );
}

/**
 * On the wire a cursor is opaque: `<process><sum>.<position>.<log id>`. A version that knows no sum takes the two for a process that is not
 * its own, and attaches, which is always right.
 */
export function cursorText(process: string, { position, eventId, sum }: Place): string {
  return `${process}${Number.isNaN(sum) ? '' : sum.toString(36).padStart(6, '0')}.${position}.${eventId}`;
}

/** The place behind some more events. */
export function placeAfter({ position, sum }: Place, more: { count: number; eventId: string; sum: number }): Place {
  return { position: position + more.count, eventId: more.eventId, sum: (sum + more.sum) % SUMS };
}

/** Null for what is not a cursor. */
export function parseCursor(text: string): Cursor | null {
  const match = CURSOR.exec(text);
  return match
    ? {
        process: match[1] ?? '',
        sum: Number.parseInt(match[2] ?? '', 36),
        position: Number(match[3]),
        eventId: match[4] ?? '',
      }
    : null;
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
  /** Behind the last event acknowledged. */
  acked: Place;
  /** Events the inbox lost to its limit since the cursor. */
  missed: number;
  /** The cursor's event is not there, or others are before it: nothing was acknowledged. */
  reset: boolean;
  /** The number of the last delivery to this process from this user's shard. */
  sequence: number;
  /** Null when this process was told of them before. */
  rooms: string[] | null;
  /** Event texts, oldest first. */
  events: string[];
  /** What these events add to a sum. */
  sum: number;
  /** Behind the last of these events; without any, as `acked`. */
  end: Place;
}

type AttachReply =
  | ['unauthorized']
  | [
      'live' | 'blocking' | '',
      number,
      number,
      string,
      number,
      number,
      number,
      number,
      string[] | null,
      string,
      number,
      string[],
    ];

/** Ties a poll to its user and this process. Always right, whatever was before. Throws `unauthorized`. */
export async function attach(
  store: Store,
  user: Credentials,
  process: string,
  cursor: Cursor | null,
  want: Want,
): Promise<Attached> {
  const { keys } = store;
  const shard = keys.userShard(user.id);
  const reply = await run<AttachReply>(
    store.redis,
    'attach',
    keys.user(user.id),
    keys.inbox(user.id),
    keys.seen(shard),
    keys.attached(shard),
    keys.sequence(shard, process),
    user.id,
    user.tokenHash,
    process,
    cursor?.position ?? '',
    cursor?.eventId ?? '',
    want,
    EVENTS_MAX,
    EVENTS_BYTES,
    sumArgument(cursor?.sum),
  );
  if (reply[0] === 'unauthorized') throw unauthorized();
  const [way, n, position, ackedId, ackedSum, missed, reset, sequence, rooms, eventId, sum, events] = reply;
  const acked = { position, eventId: ackedId, sum: ackedSum };
  return {
    way,
    n,
    acked,
    missed,
    reset: reset === 1,
    sequence,
    rooms,
    events,
    sum,
    end: placeAfter(acked, { count: events.length, eventId, sum }),
  };
}

/** What a process writes of one live user once a second. */
export interface Touch {
  id: number;
  n: number;
  acked: Place;
  /** Lets the user go: it is attached nowhere afterwards. */
  letGo: boolean;
}

/**
 * Writes acknowledgements and `seen` of live users of one shard. Gives the number of the last delivery to this process
 * and the ids of users no longer attached here with that n, for whom nothing was written.
 */
export async function touch(
  store: Store,
  shard: number,
  process: string,
  users: Touch[],
): Promise<{ sequence: number; gone: number[] }> {
  const { keys } = store;
  const flat = users.flatMap(({ id, n, acked, letGo }) => [
    id,
    n,
    acked.position,
    acked.eventId,
    sumArgument(acked.sum),
    letGo ? 'go' : 'keep',
  ]);
  const [sequence = 0, ...gone] = await run<(number | string)[]>(
    store.redis,
    'touch',
    keys.seen(shard),
    keys.attached(shard),
    keys.sequence(shard, process),
    keys.userTag(shard),
    process,
    ...flat,
  );
  return { sequence: Number(sequence), gone: gone.map(Number) };
}

function sumArgument(sum = Number.NaN): number | '' {
  return Number.isNaN(sum) ? '' : sum;
}

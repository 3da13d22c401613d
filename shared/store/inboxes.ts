/** Inboxes: what a user has not yet acknowledged, and the step that ties a poll to it. */
import { EVENTS_BYTES, EVENTS_MAX } from '../protocol/limits.js';
import { run } from './scripts.js';
import type { Credentials, Store } from './store.js';
import { unauthorized } from './tokens.js';

/** A position in an inbox, behind an event. Its log id and digest show when Redis has lost its last moments. */
export interface Position {
  /** Events of this inbox up to and including that one, counted over the user's life. */
  count: number;
  /** The event's log id. */
  eventId: string;
  /** Of all events up to there, whatever their order (`lua/parts/digest.lua`). NaN where it is not known. */
  digest: number;
}

/** How far a client has acknowledged its inbox. */
export interface Cursor extends Position {
  /** The instance (API process) that issued it. */
  instance: string;
}

export const INBOX_START: Position = { count: 0, eventId: '0-0', digest: 0 };
/** An instance id of ours has ten characters. A shorter one would take a part of the digest behind it. */
const CURSOR = /^([a-z0-9]{1,10})([a-z0-9]{6})?\.(0|[1-9]\d{0,14})\.(\d{1,15}-\d{1,15})$/;
/** Sums are below it: six characters to the base of 36. */
const DIGEST_MODULUS = 2 ** 31;

/** Whether two positions are the same. A digest that is not known matches any. */
export function isSamePosition({ count, eventId, digest }: Position, other: Position): boolean {
  return (
    count === other.count &&
    eventId === other.eventId &&
    (digest === other.digest || Number.isNaN(digest) || Number.isNaN(other.digest))
  );
}

/**
 * On the wire a cursor is opaque: `<instance><digest>.<count>.<log id>`. A version that knows no digest takes the two for an instance that is
 * not its own, and attaches, which is always right.
 */
export function cursorText(instance: string, { count, eventId, digest }: Position): string {
  return `${instance}${Number.isNaN(digest) ? '' : digest.toString(36).padStart(6, '0')}.${count}.${eventId}`;
}

/** The position behind some more events. */
export function positionAfter({ count, digest }: Position, more: Position): Position {
  return { count: count + more.count, eventId: more.eventId, digest: (digest + more.digest) % DIGEST_MODULUS };
}

/** Null for what is not a cursor. */
export function parseCursor(text: string): Cursor | null {
  const match = CURSOR.exec(text);
  return match
    ? {
        instance: match[1] ?? '',
        digest: Number.parseInt(match[2] ?? '', 36),
        count: Number(match[3]),
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
  acked: Position;
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
  /** What these events add to a digest. */
  eventsDigest: number;
  /** Behind the last of these events; without any, as `acked`. */
  end: Position;
}

/** Ties a poll to its user and this process. Always right, whatever was before. Throws `unauthorized`. */
export async function attach(
  store: Store,
  user: Credentials,
  instance: string,
  cursor: Cursor | null,
  want: Want,
): Promise<Attached> {
  const { keys } = store;
  const shard = keys.userShard(user.id);
  const reply = await run(store.redis, 'attach', {
    user: keys.user(user.id),
    inbox: keys.inbox(user.id),
    seen: keys.seen(shard),
    attached: keys.attached(shard),
    sequence: keys.sequence(shard, instance),
    id: user.id,
    tokenHash: user.tokenHash,
    instance,
    cursorCount: cursor?.count ?? '',
    cursorEvent: cursor?.eventId ?? '',
    cursorDigest: digestArgument(cursor?.digest),
    want,
    eventsMax: EVENTS_MAX,
    bytesMax: EVENTS_BYTES,
  });
  if (reply[0] === 'unauthorized') throw unauthorized();
  const [way, n, count, ackedId, ackedDigest, missed, reset, sequence, rooms, eventId, eventsDigest, events] = reply;
  const acked = { count, eventId: ackedId, digest: ackedDigest };
  return {
    way,
    n,
    acked,
    missed,
    reset: reset === 1,
    sequence,
    rooms,
    events,
    eventsDigest,
    end: positionAfter(acked, { count: events.length, eventId, digest: eventsDigest }),
  };
}

/** What a process writes of one live user once a second. */
export interface Touch {
  id: number;
  n: number;
  acked: Position;
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
  instance: string,
  users: Touch[],
): Promise<{ sequence: number; gone: number[] }> {
  const { keys } = store;
  const [sequence, ...gone] = await run(store.redis, 'touch', {
    seen: keys.seen(shard),
    attached: keys.attached(shard),
    sequence: keys.sequence(shard, instance),
    tag: keys.userTag(shard),
    instance,
    users: users.map(({ id, n, acked, letGo }) => ({
      id,
      n,
      count: acked.count,
      eventId: acked.eventId,
      digest: digestArgument(acked.digest),
      letGo: letGo ? '1' : '',
    })),
  });
  return { sequence, gone: gone.map(Number) };
}

function digestArgument(digest = Number.NaN): number | '' {
  return Number.isNaN(digest) ? '' : digest;
}

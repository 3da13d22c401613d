/** Inboxes: the events that a user has not yet acknowledged, and the step that ties a poll to an inbox. */
import { EVENTS_BYTES, EVENTS_MAX } from '../protocol/limits.js';
import { run } from './scripts.js';
import type { Credentials, Store } from './store.js';
import { unauthorized } from './tokens.js';

/** A position in an inbox, after an event. Log id and digest show whether Redis has lost its last moments. */
export interface Position {
  /** Events of this inbox up to here, counted over the user's life. */
  count: number;
  /** The log id of the last of them. */
  eventId: string;
  /** The digest of all of them, in any order (`lua/parts/digest.lua`). NaN when it is not known. */
  digest: number;
}

/** How far a client has acknowledged its inbox. */
export interface Cursor extends Position {
  /** The instance (API process) that issued it. */
  instance: string;
}

/** Where a stream goes on. It has given its client the events up to here. */
export interface Resumption extends Cursor {
  /** How many of them are not acknowledged yet, the last ones. They stay in the inbox. */
  keep: number;
}

export const INBOX_START: Position = { count: 0, eventId: '0-0', digest: 0 };
/** Instance ids have ten characters. In a shorter one, a part of the digest would be taken for the id. */
const CURSOR = /^([a-z0-9]{1,10})([a-z0-9]{6})?\.(0|[1-9]\d{0,14})\.(\d{1,15}-\d{1,15})$/;
/** Digests are below this: six characters in base 36. */
const DIGEST_MODULUS = 2 ** 31;

/** Whether two positions are the same. An unknown digest matches any. */
export function isSamePosition({ count, eventId, digest }: Position, other: Position): boolean {
  return (
    count === other.count &&
    eventId === other.eventId &&
    (digest === other.digest || Number.isNaN(digest) || Number.isNaN(other.digest))
  );
}

/**
 * Returns a cursor as clients get it, an opaque text: `<instance><digest>.<count>.<log id>`. A version that knows no
 * digest takes the two for another instance, and attaches, which is always right.
 */
export function cursorText(instance: string, { count, eventId, digest }: Position): string {
  return `${instance}${Number.isNaN(digest) ? '' : digest.toString(36).padStart(6, '0')}.${count}.${eventId}`;
}

/** Returns the position after some more events. */
export function positionAfter({ count, digest }: Position, more: Position): Position {
  return { count: count + more.count, eventId: more.eventId, digest: (digest + more.digest) % DIGEST_MODULUS };
}

/** Returns null for a text that is no cursor. */
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
 * How a poll may wait after its attach: `blocking`; `live` (when the user's last poll came here too, else blocking);
 * `full` (live or not at all, because the pool is used up); `stream` (the same, also without a cursor); `none` (not
 * held).
 */
export type Want = 'blocking' | 'live' | 'full' | 'stream' | 'none';

export interface Attached {
  /** How the poll waits from now on; '' when it does not wait. */
  way: 'live' | 'blocking' | '';
  n: number;
  /** After the last event acknowledged. */
  acked: Position;
  /** After the last event that the client has: the same, and what a stream has given beyond. */
  given: Position;
  /** Events that the inbox has lost to its limit since the cursor. */
  missed: number;
  /** The cursor's event is not there, or others came before it. Nothing was acknowledged. */
  reset: boolean;
  /** The number of the last delivery from this user's shard to this instance. */
  sequence: number;
  /** Null when this instance knows them already. */
  rooms: string[] | null;
  /** Event texts, oldest first. */
  events: string[];
  /** The digest of these events. */
  eventsDigest: number;
  /** After the last of these events; without any, the same as `given`. */
  end: Position;
}

/** Ties a poll to its user and an instance. It is always right, whatever was before. Throws `unauthorized`. */
export async function attach(
  store: Store,
  user: Credentials,
  instance: string,
  cursor: Cursor | Resumption | null,
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
    keep: cursor && 'keep' in cursor ? cursor.keep : 0,
    want,
    eventsMax: EVENTS_MAX,
    bytesMax: EVENTS_BYTES,
  });
  if (reply[0] === 'unauthorized') throw unauthorized();
  const [way, n, count, ackedId, ackedDigest, missed, reset, sequence, rooms, ...more] = reply;
  const [kept, keptDigest, eventId, eventsDigest, events] = more;
  const acked = { count, eventId: ackedId, digest: ackedDigest };
  const givenId = kept > 0 && cursor ? cursor.eventId : ackedId;
  const given = positionAfter(acked, { count: kept, eventId: givenId, digest: keptDigest });
  return {
    way,
    n,
    acked,
    given,
    missed,
    reset: reset === 1,
    sequence,
    rooms,
    events,
    eventsDigest,
    end: positionAfter(given, { count: events.length, eventId, digest: eventsDigest }),
  };
}

/**
 * Acknowledges events that a stream of another process has given, and tells that process. Resolves with whether there
 * was something new. Rejects with `unauthorized`.
 */
export async function acknowledge(store: Store, user: Credentials, position: Position): Promise<boolean> {
  const { keys } = store;
  const reply = await run(store.redis, 'ack', {
    user: keys.user(user.id),
    inbox: keys.inbox(user.id),
    attached: keys.attached(keys.userShard(user.id)),
    id: user.id,
    tokenHash: user.tokenHash,
    count: position.count,
    eventId: position.eventId,
    digest: digestArgument(position.digest),
  });
  if (reply < 0) throw unauthorized();
  return reply === 1;
}

/** The state of one live user, which an instance writes once a second. */
export interface Touch {
  id: number;
  n: number;
  acked: Position;
  /** Detaches the user. */
  letGo: boolean;
}

/**
 * Writes acknowledgements and `seen` of live users of one shard. Resolves with the number of the last delivery to this
 * instance, and the ids of users that are no longer attached here with this n. For those it has written nothing.
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

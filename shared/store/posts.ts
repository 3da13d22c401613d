/**
 * Posts: messages of senders that are not in the room. A stranger might enter the room under the name that it gives,
 * and an incoming webhook has a secret of the room. The sender is no user: it is in no roster, and has no token. Its id
 * is made of its address, room and name, so that mutes, bans and removals find it again.
 */
import { createHash } from 'node:crypto';
import { ChatError } from '../protocol/errors.js';
import type { UserRef } from '../protocol/events.js';
import { HOOK_BURST_MAX, HOOK_ID_MIN, HOOK_MINUTE_MAX, POSTER_ID_MIN } from '../protocol/limits.js';
import { BURST_S } from './authorize.js';
import { rateLimited } from './denials.js';
import { type Accepted, appendInput, type Filtered, type Message, outcomeOf, UNFILTERED } from './messages.js';
import { noSuchMember } from './moderation.js';
import { foldName, GUEST } from './nicknames.js';
import { runDurably } from './replication.js';
import { askForName } from './room-names.js';
import { type EntryRequest, entryArguments, entryRefused } from './rooms.js';
import type { Appended, EntryDenial, NameDenial } from './script-replies.js';
import type { ScriptInput } from './scripts.js';
import type { Store } from './store.js';

/** Senders that a room remembers, so that a moderator can ban one: the newest of some minutes, even in a flood. */
const POSTERS_MAX = 200;
/** As long as a hash of an address can be told from others: its salt lives for so long. */
const POSTER_TTL_MS = 49 * 3_600_000;
/** The refusals of a stranger that would be refused as a user, too. */
const ENTRY_REFUSALS: ReadonlySet<string> = new Set(['key', 'reserved', 'banned', 'name', 'taken', 'unindexed']);

/** A message of somebody who is not in the room. */
export interface Post extends Message {
  /** The facts that decide about an entry of this sender. */
  entry: EntryRequest;
  /** SHA-256 of the secret of a webhook, '' for a stranger. */
  hookHash: string;
  /** As how many messages it counts in the rate of its sender. */
  times: number;
  /** Whether the room may be made. */
  mayMake: boolean;
}

/**
 * Returns a stranger as the room sees it: with the same id as long as address and name are the same, for a day. Without
 * a name it is a guest.
 */
export function posterOf(room: string, addresses: readonly string[], name: string | undefined): UserRef {
  const [address = ''] = addresses;
  const said = name ?? `${GUEST}${10_000 + (numberOf(`${address} ${room}`) % 90_000)}`;
  const number = numberOf(`${address} ${room} ${foldName(said)}`);
  return { id: POSTER_ID_MIN + (number % (HOOK_ID_MIN - POSTER_ID_MIN)), name: said };
}

/** Returns a number of 48 bits that is always the same for a text. */
export function numberOf(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6);
}

/**
 * Appends a message of somebody who is not in the room. Resolves as `appendMessage`, and with `isNew` if the room has
 * to be made and may not be. Throws what `admitToRoom` throws, too, and `unauthorized` for a webhook that is no more.
 */
export async function appendPost(
  store: Store,
  post: Post,
  filtered = UNFILTERED,
): Promise<Accepted | { filter: string } | { isNew: true } | null> {
  const { room, from } = post;
  const input = postInput(store, post, filtered);
  const reply = await askForName(store, room, from.name, (request) =>
    runDurably(store, 'post', { ...input, from: request.from }),
  );
  if (reply[0] === 'new') return { isNew: true };
  if (reply[0] === 'no_hook') throw noSuchHook();
  if (reply[0] === 'rate') throw rateLimited(reply[1]);
  if (ENTRY_REFUSALS.has(reply[0]))
    throw await entryRefused(store, room, { id: null, name: from.name }, reply as EntryDenial | NameDenial);
  return outcomeOf(reply as Appended, post);
}

function postInput(store: Store, post: Post, filtered: Filtered): ScriptInput<'post'> {
  const { keys, config } = store;
  const { room, from, entry, hookHash, times } = post;
  const sender = hookHash === '' ? (entry.addresses?.[0] ?? '') : String(from.id);
  const [messageMs, burst] =
    hookHash === ''
      ? [1_000 / config.sendRate, BURST_S * 1_000]
      : [60_000 / HOOK_MINUTE_MAX, (HOOK_BURST_MAX * 60_000) / HOOK_MINUTE_MAX];
  return {
    ...appendInput(store, post, filtered),
    ...entryArguments(config, room, from.name, entry),
    slow: keys.slow(room, sender),
    rate: keys.rate(room, sender),
    posters: keys.posters(room),
    values: keys.values(room),
    ownValues: keys.ownValues(room),
    presence: keys.presence(room),
    holders: keys.holders(room),
    hookHash,
    name: from.name,
    nick: foldName(from.name),
    from: '',
    mayMake: post.mayMake ? '1' : '',
    rateCost: config.rateLimits ? times * messageMs : 0,
    burst,
    postersMax: POSTERS_MAX,
    posterTtl: POSTER_TTL_MS,
    roomTtl: config.roomTtl * 1_000,
  };
}

/** Returns the error for a webhook that is not there: the same for a wrong secret, another room, and one that ended. */
export function noSuchHook(): ChatError {
  return new ChatError('unauthorized', 'There is no such webhook. The owner of the room may have ended it.', {
    field: 'hook',
  });
}

/** Finds the sender of a post, with the hash of its address. Throws `no_such_user`. */
export async function findPoster(
  { keys, redis }: Store,
  room: string,
  id: number,
): Promise<UserRef & { address: string }> {
  for (const line of await redis.zrevrange(keys.posters(room), 0, -1)) {
    const [one, address = '', ...name] = line.split(' ');
    if (Number(one) === id) return { id, address, name: name.join(' ') };
  }
  throw noSuchMember(room, id);
}

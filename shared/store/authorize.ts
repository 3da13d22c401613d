/**
 * Authorising a call: checks its token and, where asked, whether the user is in the room, and charges the user's rate.
 */
import { crc32 } from 'node:zlib';
import type { Config } from '../config/config.js';
import { ChatError } from '../protocol/errors.js';
import { notInRoom, rateLimited } from './denials.js';
import { publicRoomsOf } from './rooms.js';
import { run, type ScriptReply } from './scripts.js';
import type { Credentials, Store } from './store.js';
import { unauthorized } from './tokens.js';

/** The messages or signals of so many seconds may come at once. */
export const BURST_S = 4;
/**
 * The cost of a call. A call that adds a presence event to a room costs as much as four messages. A reaction costs half
 * a message, because others learn of many together.
 */
type Cost = 'nothing' | 'message' | 'presence' | 'reaction' | 'signal';
const COST_COUNTS = { message: 1, presence: 4, reaction: 0.5 };
/** The same text again costs as much as so many messages, if it comes within so long. */
const REPEATED_COST_COUNT = 4;
const REPEATED_WITHIN_MS = 30_000;

/** The cost of a call, and the text that the user wants to say by it. */
export interface Charge {
  /** Without it, the call costs nothing. */
  cost?: Cost;
  /** How many times that. */
  times?: number;
  /**
   * The text that the user wants to say. Saying the same text again soon costs at least REPEATED_COST_COUNT messages.
   */
  text?: string | undefined;
  /** The nonce of that text: a retry has the same one, and is not charged as a repetition. */
  nonce?: string | undefined;
}

/**
 * Checks a token, charges its user, and notes that the user was seen. A call that costs more than the burst needs all
 * of it, and the user waits for the rest afterwards. Resolves with the user's name. Throws `unauthorized`,
 * `rate_limited`.
 */
export async function authorize(store: Store, user: Credentials, charge: Charge = {}): Promise<{ name: string }> {
  const reply = await charged(store, user, ANY_ROOM, charge);
  if (reply[0] === 'ok') return { name: reply[1] };
  throw denialOf(reply, '');
}

/**
 * As `authorize`, for a call in a room of the user's; without a room, in its only public one. Resolves with the user's
 * name and the room. Throws also `not_in_room`, and `bad_request` when the user must name the room.
 */
export async function authorizeIn(
  store: Store,
  user: Credentials,
  room: string | undefined,
  charge: Charge = {},
): Promise<{ name: string; room: string }> {
  const reply = await charged(store, user, room ?? ONLY_ROOM, charge);
  if (reply[0] === 'ok') return { name: reply[1], room: reply[2] };
  if (reply[0] !== 'which_room') throw denialOf(reply, room ?? '');
  const [only] = reply[1] === 1 ? await publicRoomsOf(store, user.id) : [];
  if (only === undefined) throw whichRoom(reply[1] === 1 ? 0 : reply[1]);
  return authorizeIn(store, user, only, charge);
}

/** The words that the script takes instead of a room's name. */
const ANY_ROOM = '*';
const ONLY_ROOM = '';

function charged(
  { keys, redis, config }: Store,
  user: Credentials,
  room: string,
  charge: Charge,
): Promise<ScriptReply<'authorize'>> {
  return run(redis, 'authorize', {
    user: keys.user(user.id),
    rooms: keys.userRooms(user.id),
    seen: keys.seen(keys.userShard(user.id)),
    id: user.id,
    tokenHash: user.tokenHash,
    room,
    rateField: charge.cost === 'signal' ? 'signals' : 'rate',
    ...chargeInput(config, charge),
  });
}

/** Returns what scripts that charge a user are given for it. */
export function chargeInput(config: Config, { cost = 'nothing', times = 1, text, nonce = '' }: Charge) {
  const ms = costInMs(config, cost);
  return {
    cost: times * ms,
    burst: BURST_S * 1_000,
    textHash: text === undefined ? '' : crc32(text),
    nonce,
    repeatedCost: Math.max(times, REPEATED_COST_COUNT) * ms,
    repeatedWithin: REPEATED_WITHIN_MS,
  };
}

/** Returns the error of a call that the script refused. `room`: the one that was asked for. */
export function denialOf(reply: Exclude<ScriptReply<'authorize'>, ['ok', ...unknown[]]>, room: string): ChatError {
  switch (reply[0]) {
    case 'unauthorized':
      return unauthorized();
    case 'not_in_room':
      return notInRoom(room);
    case 'which_room':
      return whichRoom(reply[1]);
    case 'rate_limited':
      return rateLimited(reply[1]);
  }
}

function costInMs({ rateLimits, sendRate, signalRate }: Config, cost: Cost): number {
  if (!rateLimits || cost === 'nothing') return 0;
  if (cost === 'signal') return 1_000 / signalRate;
  return (COST_COUNTS[cost] * 1_000) / sendRate;
}

function whichRoom(count: number): ChatError {
  if (count === 0) return new ChatError('not_in_room', 'You are not in any room. Enter one first.', { field: 'room' });
  return new ChatError('bad_request', `You are in ${count} rooms. Give room.`, { field: 'room' });
}

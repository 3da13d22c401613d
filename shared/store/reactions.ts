/**
 * Reactions: users react to a message with an emoji. The room's members are told of many together:
 * `lua/parts/reactions.lua` says how, and workers tell what is due.
 */
import { ChatError } from '../protocol/errors.js';
import { privateRoomUsers, type UserRef } from '../protocol/events.js';
import { REACTION_EMOJI_MAX, REACTIONS_BYTES, REACTIONS_MAX } from '../protocol/limits.js';
import { notAllowed, notInRoom } from './denials.js';
import { scriptSafeJson } from './event-text.js';
import { SENDS_WINDOW_MS } from './messages.js';
import { moderationKeys } from './moderation.js';
import { runDurably } from './replication.js';
import { run } from './scripts.js';
import type { Store } from './store.js';

/** Messages of one shard that one look serves. */
const MESSAGES_MAX = 200;
/** How soon it looks again in a room that the host has switched off. */
const OFF_PAUSE_MS = 10_000;
/** `reacted` events that a room takes, as a share of its messages. The others wait, and become fewer by that. */
const ROOM_SHARE = 0.2;

/** A reaction of a user to a message. */
export interface Reacting {
  room: string;
  from: UserRef;
  messageId: string;
  emoji: string;
  /** Whether it is made or taken back. */
  on: boolean;
}

/**
 * Makes a reaction or takes it back. Repeating it does no harm. Resolves with all reactions to the message as JSON
 * text, and with whether there is a new event. Throws `not_in_room`, `not_allowed`, and `bad_request` for a message
 * that the user cannot see, or when there are too many reactions.
 */
export async function react(
  store: Store,
  { room, from, messageId, emoji, on }: Reacting,
): Promise<{ reactions: string; isTold: boolean }> {
  const [outcome, value, isTold] = await runDurably(store, 'react', {
    ...moderationKeys(store, room),
    user: from.id,
    name: scriptSafeJson(from.name),
    room,
    messageId,
    emoji,
    on: on ? '1' : '',
    membersMin: privateRoomUsers(room) ? 2 : 1,
    emojiMax: REACTION_EMOJI_MAX,
    reactionsMax: REACTIONS_MAX,
    bytesMax: REACTIONS_BYTES,
    ...eventLimits(store),
  });
  switch (outcome) {
    case 'ok':
      return { reactions: value, isTold: isTold === '1' };
    case 'not_in_room':
      throw notInRoom(room);
    case 'no_such_event':
      throw new ChatError('bad_request', 'There is no message with this id.', { field: 'id' });
    case 'too_many_emoji':
      throw tooMany(`A message can have at most ${REACTION_EMOJI_MAX} different emoji.`);
    case 'too_many':
      throw tooMany(`A message can have at most ${REACTIONS_MAX} reactions.`);
    case 'too_large':
      throw tooMany('The messages of this room have too many reactions. They go with the oldest messages.');
    default:
      throw notAllowed(outcome, value);
  }
}

const tooMany = (message: string): ChatError => new ChatError('bad_request', message, { field: 'emoji' });

function eventLimits({ config }: Store) {
  return {
    undeliveredMax: config.logMax,
    roomEvents: config.rateLimits ? Math.ceil(config.roomSends * ROOM_SHARE) : 0,
    window: SENDS_WINDOW_MS,
  };
}

/**
 * Tells rooms of the reactions that are due. `now`: Redis's time (ms). Any number of workers may do this at a time.
 * Calls `announce` for each room that has a new event. Shards fail separately. Rejects with the first error when all
 * others are done.
 */
export async function releaseReactions(store: Store, now: number, announce: (room: string) => void): Promise<void> {
  const { keys, redis, breaker } = store;
  const outcomes = await Promise.allSettled(
    keys.allShards.map(async (shard) => {
      const key = keys.reacted(shard);
      const due = await breaker.run(key, () => redis.zrangebyscore(key, '-inf', now, 'LIMIT', 0, MESSAGES_MAX));
      for (const message of due) {
        const [room = '', messageId = ''] = message.split(' ');
        if ((await releaseOf(store, room, messageId)) === 1) announce(room);
      }
    }),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

function releaseOf(store: Store, room: string, messageId: string): Promise<number> {
  return run(store.redis, 'release-reactions', {
    ...moderationKeys(store, room),
    room,
    messageId,
    ...eventLimits(store),
    offPause: OFF_PAUSE_MS,
  });
}

/** Resolves with the users who have reacted in a room, some of them several times. */
export async function readReactingUsers({ keys, redis }: Store, room: string): Promise<UserRef[]> {
  const lines = (await redis.hvals(keys.reactions(room))).join('\n');
  const users = [...lines.matchAll(/\t(\d+) ([^\t\n]+)/g)];
  return users.map(([, id, name = '""']) => ({ id: Number(id), name: JSON.parse(name) as string }));
}

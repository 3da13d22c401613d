/** Structures in Redis that are as full as they may be, written past the operations: by them it would take hours. */
import type { ChainableCommander } from 'ioredis';
import type { UserRef } from '../../shared/protocol/events.js';
import { PENDING_MAX } from '../../shared/protocol/limits.js';
import { eventText } from '../../shared/store/event-text.js';
import type { Store } from '../../shared/store/store.js';

/** Commands that go in one pipeline. */
const TOGETHER = 500;
/** The largest text and data that a message may have: 12 KB. */
export const LARGEST = { text: '\u{20bb7}'.repeat(2_000), data: 'x'.repeat(4_090) };

/** Runs `add` so many times, a few hundred in a pipeline. */
async function many(
  { redis }: Store,
  count: number,
  add: (pipeline: ChainableCommander, i: number) => void,
): Promise<void> {
  for (let from = 0; from < count; from += TOGETHER) {
    const pipeline = redis.pipeline();
    for (let i = from; i < Math.min(count, from + TOGETHER); i += 1) add(pipeline, i);
    await pipeline.exec();
  }
}

export interface Said {
  count: number;
  from: (i: number) => UserRef;
  /** The only reader of each; undefined: everybody. */
  only?: number;
  /** The content of each; by default the largest there is. */
  what?: { text: string; data?: unknown };
}

/** Puts messages into a room's log, as if they had been delivered; `undelivered`: as if not. */
export async function fillLog(
  store: Store,
  room: string,
  { count, from, only, what = LARGEST }: Said,
  undelivered = false,
): Promise<void> {
  const { keys, redis } = store;
  const first = Number((await redis.hget(keys.delivered(room), 'appended')) ?? 0) + 1;
  await many(store, count, (pipeline, i) => {
    const text = eventText({ type: 'message', room, from: from(i), text: what.text, data: what.data });
    pipeline.xadd(keys.log(room), '*', 'i', first + i, 'e', text, ...(only === undefined ? [] : ['o', only]));
  });
  await redis.hincrby(keys.delivered(room), 'appended', count);
  if (undelivered) await redis.zadd(keys.dirty(keys.roomShard(room)), 1, room);
  else
    await redis.hset(
      keys.delivered(room),
      'through',
      first + count - 1,
      'id',
      (await redis.xrevrange(keys.log(room), '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0',
    );
}

/** Brings a user into so many rooms with others, who are not there. */
export async function fillPrivateRooms(store: Store, { id, name }: UserRef, count: number): Promise<void> {
  const { keys } = store;
  const other = 1_000_000;
  await many(store, count, (pipeline, i) => {
    const room = `${id}:${other + i}`;
    pipeline
      .sadd(keys.userRooms(id), room)
      .zadd(keys.members(keys.userShard(id), room), id, String(id))
      .hset(keys.roster(room), id, name)
      .hincrby(keys.roomShards(room), String(keys.userShard(id)), 1)
      .hset(keys.delivered(room), 'appended', 0);
  });
}

/** Fills a user's inbox with events of so many bytes each. */
export async function fillInbox(store: Store, id: number, count: number, bytes: number): Promise<void> {
  await many(store, count, (pipeline, i) => {
    pipeline.rpush(
      store.keys.inbox(id),
      `{"id":"1700000000000-${i}","at":1700000000000,"type":"message","text":"${'x'.repeat(bytes)}"}`,
    );
  });
}

/** Fills the rules of a room: mutes, bans, words, acts; and what waits for approval. */
export async function fillRules(store: Store, room: string, from: UserRef): Promise<void> {
  const { keys, redis } = store;
  const name = '\u{1f600}'.repeat(32);
  const ends = Date.now() + 3_600_000;
  const lines = (count: number, line: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => line(i)).join('\n');
  await redis.hset(keys.rules(room), {
    words: JSON.stringify(Array.from({ length: 100 }, (_, i) => `${i}`.padEnd(32, '\u0436'))),
    bans: lines(199, (i) => [ends, 2_000_000 + i, 'a'.repeat(22), name, name].join('\t')),
    audit: lines(100, (i) =>
      JSON.stringify({ at: ends, by: from.id, byName: name, what: 'mute', user: i, name, seconds: 60 }),
    ),
    ...Object.fromEntries(Array.from({ length: 199 }, (_, i) => [`mute:${3_000_000 + i}`, `${ends} q\t${name}`])),
    ...Object.fromEntries(Array.from({ length: 18 }, (_, i) => [`role:${4_000_000 + i}`, 'moderator'])),
  });
  await many(store, 100, (pipeline, i) => {
    pipeline.rpush(
      keys.pending(room),
      `1700000000000-${i + 1} ${eventText({ type: 'message', room, from, text: LARGEST.text, data: LARGEST.data })}`,
    );
  });
}

/** Fills a list of messages that wait up to PENDING_MAX, with copies of its first, each from another user. */
export async function fillWaiting({ redis }: Store, list: string): Promise<void> {
  const line = (await redis.lindex(list, 0)) ?? '';
  for (let i = await redis.llen(list); i < PENDING_MAX; i += 1)
    await redis.rpush(list, line.replace(/^\S+/, `1-${i}`).replace(/"from":{"id":\d+/, `"from":{"id":${1_000 + i}`));
}

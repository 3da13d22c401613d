/** The bounds of one call of a script, and of one answer, when a room has as many reactions as it may have: counted. */
import { expect } from 'vitest';
import { finishForgetting } from '../../apps/worker/jobs/forget.js';
import type { Reaction } from '../../shared/protocol/events.js';
import { REACTIONS_BYTES } from '../../shared/protocol/limits.js';
import { removeOldMessages } from '../../shared/store/retention.js';
import { fillLog } from '../support/filled.js';
import { emptyWith } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import { brief, shown } from '../support/reactions.js';
import { startOneRedis } from '../support/redis.js';
import type { Scene } from '../support/scene.js';
import { countTouched, type Touched } from '../support/touched.js';

/** The most that one call of any script may touch. A step of writing a log anew takes 500 events, of 13 values each. */
const MOST: Touched = { values: 7_500, bytes: 2_097_152 };
const MESSAGES = 900;
const NAME = JSON.stringify('\u{20bb7}'.repeat(32));
const THUMB = '👍';

const it = emptyWith({ SHARDS: '1', MESSAGE_TTL: '3600' }).extend('start', { scope: 'file' }, () => startOneRedis);
let scene: Scene, most: () => Promise<Record<string, Touched>>, anna: Person, bert: Person;
let ids: string[];

it.beforeAll(({ scene: given }) => {
  scene = given;
  most = countTouched(scene.part.store);
  countTouched(scene.worker.store);
});
it.beforeEach(async () => {
  [anna, bert] = await scene.people('r', 'Anna', 'Bert');
  const { keys, redis } = scene.part.store;
  await fillLog(scene.part.store, 'r', {
    count: MESSAGES,
    from: () => ({ id: anna.id, name: 'Anna' }),
    what: { text: 'x' },
  });
  ids = (await redis.xrange(keys.log('r'), '-', '+')).map(([id]) => id).slice(-MESSAGES);
  let bytes = 0;
  const write = async (id: string, text: string): Promise<void> => {
    await redis.hset(keys.reactions('r'), id, text);
    await redis.zadd(keys.overlaid('r'), Number.parseInt(id, 10), id);
    bytes += id.length + Buffer.byteLength(text);
  };
  const head = `1 1 0 {"id":${bert.id},"name":"Bert"}\n${THUMB}`;
  for (const id of ids.slice(0, -1)) await write(id, `${head} 1\t${bert.id} "Bert"`);
  const last = ids.at(-1) ?? '';
  const users = Array.from({ length: 999 }, (_, i) => `\t${1e6 + i} ${NAME}`).join('');
  await write(last, `${head} 1000${users}\t${bert.id} "Bert"`);
  await redis.hset(keys.reactions('r'), 'bytes', bytes);
  await redis.sadd(keys.overlaidRooms(0), 'r');
  expect(bytes).toBeGreaterThan(REACTIONS_BYTES * 0.7);
});
it.afterEach(async () => {
  const touched = await most();
  expect(Object.entries(touched).filter(([, { values, bytes }]) => values > MOST.values || bytes > MOST.bytes)).toEqual(
    [],
  );
});

const left = async (): Promise<number> => scene.part.store.redis.hlen(scene.part.store.keys.reactions('r'));

it('reactions are made, taken back and read', async () => {
  const id = ids.at(-1) ?? '';
  await bert.act('react', { id, emoji: THUMB, on: false });
  expect(brief(await shown(anna, id))).toBe(`${THUMB}999`);
  await anna.act('react', { id, emoji: THUMB });
  expect(brief(await shown(anna, id))).toBe(`${THUMB}1000`);
  expect(JSON.stringify(await anna.act('history', { limit: 100 })).length).toBeLessThan(65_536);
});

it('reactions go with a log that is too old, and with one that is cleared', async () => {
  for (let i = 0; i < 3; i += 1)
    await removeOldMessages(scene.worker.store, Date.now() + 3_700_000, async () => undefined);
  expect(await left()).toBe(0);
});

it('reactions of a user who is forgotten go', async () => {
  await scene.part.call('leave', { token: bert.token, forget: true });
  await finishForgetting(scene.worker.store, 60_000, () => undefined, { abandonedMs: -1, rewriteMs: -1 });
  const kept = await scene.part.store.redis.hvals(scene.part.store.keys.reactions('r'));
  expect(kept.filter((text) => text.includes('"Bert"'))).toEqual([]);
});

it('no message takes the place of others by long names: few of them are told', async () => {
  const { keys, redis } = scene.part.store;
  const id = ids.at(-1) ?? '';
  const users = Array.from({ length: 10 }, (_, i) => `\t${1e6 + i} ${NAME}`).join('');
  const lines = Array.from({ length: 19 }, (_, i) => `\n${String.fromCodePoint(0x1f600 + i)} 10${users}`).join('');
  await redis.hset(keys.reactions('r'), id, `1 0 0 {"id":${bert.id},"name":"Bert"}${lines}`);
  const { reactions } = await bert.act('react', { id, emoji: THUMB });
  expect(reactions).toHaveLength(20);
  expect((reactions as Reaction[]).map(({ count }) => count)).toEqual([...Array.from({ length: 19 }, () => 10), 1]);
  expect((reactions as Reaction[]).at(-1)).toMatchObject({ emoji: THUMB, mine: true });
  for (const given of [reactions, await shown(anna, id)])
    expect(Buffer.byteLength(JSON.stringify(given))).toBeLessThan(12_288);
});

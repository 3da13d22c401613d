/** `leave` with `forget`: what is gone from Redis then, what is left, and that the rooms go on. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endEverybody, ghosts } from './support/key-space.js';
import { openFanOut, openPart, type Part } from './support/parts.js';
import { joinAs, type Person } from './support/people.js';
import { allKeys, startRedis, wipe, type TestRedis } from './support/redis.js';

let redis: TestRedis;
let part: Part;
let worker: Awaited<ReturnType<typeof openFanOut>>;
let anna: Person;
let bert: Person;

beforeAll(async () => {
  redis = await startRedis();
  part = await openPart(redis.url);
  worker = await openFanOut(redis.url);
});
afterAll(async () => {
  await part.close();
  worker.close();
  await redis.stop();
});
beforeEach(async () => {
  await wipe(part.store.redis);
  await part.store.redis.config('SET', 'rdbcompression', 'no'); // so that a dump can be searched
  anna = await joinAs(part, 'r', 'Annabella');
  bert = await joinAs(part, 'r', 'Bert');
});

/** All that Redis holds of which the text is part. */
async function mentions(text: string): Promise<string[]> {
  const keys = await allKeys(part.store.redis);
  const held = await Promise.all(keys.map(async (key) => `${key} ${String(await part.store.redis.dump(key))}`));
  return held.filter((one) => one.includes(text));
}

const talk = async (): Promise<void> => {
  for (let i = 0; i < 250; i += 1) await anna.send(part, `mine-${i}`);
  await bert.send(part, 'of-bert');
  await part.call('send', { token: anna.token, to: bert.id, text: 'whispered' });
  await part.call('send', { token: bert.token, to: anna.id, text: 'answered' });
};
const rooms = (): string[] => ['r', `${anna.id}:${bert.id}`];
const advance = async (): Promise<void> => { for (const room of rooms()) await worker.fanOut.advanceRoom(room); };
const forget = () => part.call('leave', { token: anna.token, forget: true });

describe('who leaves and wants to be forgotten', () => {
  it('leaves no message, no private talk and no key; only the line that it left', async () => {
    await talk();
    await advance();
    while ((await bert.poll(part)).events.length > 0);
    await forget();
    for (const text of ['mine-', 'whispered', 'answered']) expect(await mentions(text), text).toEqual([]);
    expect((await mentions('Annabella')).map((held) => held.split(' ')[0])).toEqual([part.store.keys.log('r')]);
    const { events } = await part.call('history', { token: bert.token, room: 'r', limit: 100 });
    expect(events.filter(({ from }) => from.id === anna.id).map(({ type }) => type)).toEqual(['left']);
    expect(events.map(({ text }) => text)).toContain('of-bert');
    expect((await joinAs(part, 'r', 'Annabella')).id).toBeGreaterThan(anna.id);
  });

  it('while nothing is delivered yet: what others say still is', async () => {
    await talk();
    await forget();
    await advance();
    await bert.send(part, 'afterwards');
    await advance();
    await bert.receive(part, 'afterwards');
    expect(bert.texts.filter((text) => text?.startsWith('mine-'))).toEqual([]);
    expect(bert.texts).toContain('of-bert');
    expect(await part.store.redis.hmget(part.store.keys.delivered('r'), 'appended', 'through').then(([appended, through]) => appended === through)).toBe(true);
    expect(await part.store.redis.zcard(part.store.keys.dirty(part.store.keys.roomShard('r')))).toBe(0);
    await endEverybody(part.store);
    expect(await ghosts(part.store)).toEqual([]);
  });

  it('must be who it says', async () => {
    await anna.send(part, 'stays');
    await expect(part.call('leave', { token: `${anna.id}.${'A'.repeat(24)}`, forget: true })).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(part.call('leave', { token: anna.token, forget: true, after: 5 })).rejects.toMatchObject({ code: 'bad_request', details: { field: 'forget' } });
    expect(await mentions('stays')).toHaveLength(1);
  });
});

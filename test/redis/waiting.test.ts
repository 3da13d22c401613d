/** How many messages of a room, and of one user, may wait for approval or for their time. */
import { describe, expect } from 'vitest';
import { PENDING_MAX, PENDING_PER_USER_MAX } from '../../shared/protocol/limits.js';
import { emptyTest } from '../support/fixtures/parts.js';
import { openPart } from '../support/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';

const it = emptyTest;
let scene: Scene, anna: Person, bert: Person, carl: Person;
it.beforeEach(async ({ scene: given }) => {
  scene = given;
  [anna, bert, carl] = await scene.people('mine', 'Anna', 'Bert', 'Carl');
});

const numbered = Array.from({ length: PENDING_PER_USER_MAX }, (_, i) => `bert ${i}`);
const sendAll = async () => {
  for (const text of numbered) await bert.send(scene.part, text);
};

/** Fills a list of what waits up to PENDING_MAX, with its first message from other users. */
async function fill(list: string): Promise<void> {
  const { redis } = scene.part.store;
  const line = (await redis.lindex(list, 0)) ?? '';
  for (let i = await redis.llen(list); i < PENDING_MAX; i += 1)
    await redis.rpush(list, line.replace(/^\S+/, `1-${i}`).replace(/"from":{"id":\d+/, `"from":{"id":${1_000 + i}`));
}

describe('messages that wait for approval', () => {
  it.beforeEach(() => anna.act('rules', { hold: 'all' }) as Promise<never>);
  const texts = async () => ((await anna.act('held')).messages as { text: string }[]).map(({ text }) => text);

  it('are 30 of one user, and none of another goes for them', async () => {
    await carl.send(scene.part, 'carl');
    await sendAll();
    await expect(bert.send(scene.part, 'more')).rejects.toMatchObject({
      code: 'rate_limited',
      details: { retryAfter: 10 },
      limit: 'waiting',
    });
    expect(await texts()).toEqual(['carl', ...numbered]);
    const [, second] = (await anna.act('held')).messages as { id: string }[];
    await anna.act('reject', { id: second?.id });
    expect(await bert.send(scene.part, 'more')).toMatchObject({ held: true });
  });

  it('are 300 in all; then the user that has the most loses its oldest', async () => {
    await carl.send(scene.part, 'carl');
    await sendAll();
    await fill(scene.part.store.keys.pending('mine'));
    await anna.send(scene.part, 'not mine');
    expect(await carl.send(scene.part, 'again')).toMatchObject({ held: true });
    const found = await texts();
    expect([found.length, found.slice(0, 2), found.at(-1)]).toEqual([PENDING_MAX, ['carl', 'bert 1'], 'again']);
  });

  it('take nothing from the rate of the room when they are refused', async () => {
    await sendAll();
    const part = await openPart(scene.redis.url, { RATE_LIMITS: 'on', SEND_RATE: '100', ROOM_SENDS: '2' });
    for (const text of ['a', 'b', 'c', 'd'])
      await expect(bert.send(part, text)).rejects.toMatchObject({ limit: 'waiting' });
    for (const text of ['a', 'b']) await carl.send(part, text);
    await expect(carl.send(part, 'c')).rejects.toMatchObject({ limit: 'room' });
    await part.close();
  });
});

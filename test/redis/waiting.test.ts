/** How many messages of a room, and of one user, may wait for approval or for their time. */
import { describe, expect } from 'vitest';
import { PENDING_MAX, PENDING_PER_USER_MAX } from '../../shared/protocol/limits.js';
import { fillWaiting } from '../support/filled.js';
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
    await fillWaiting(scene.part.store, scene.part.store.keys.pending('mine'));
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

describe('messages that wait for their time', () => {
  it.beforeEach(() => anna.act('rules', { delay: 60 }) as Promise<never>);

  it('are 30 of one user, which is told when its first is due, and the others have place', async () => {
    await sendAll();
    const refusal = await bert.send(scene.part, 'more').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'rate_limited', limit: 'waiting' });
    const { retryAfter } = (refusal as { details: { retryAfter: number } }).details;
    expect(retryAfter).toBeGreaterThan(10);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect(await carl.send(scene.part, 'carl')).toMatchObject({ held: true });
    await anna.send(scene.part, 'not mine');
  });
});

/** Delayed messages when workers die: each reaches everybody once, in its order. */
import { expect } from 'vitest';
import { systemWith } from '../support/fixtures/system.js';
import type { TestSystem } from '../support/processes.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const MESSAGES = 40;
const DELAY_S = 2;
const room = 'later';
const it = systemWith({ apis: 2, workers: 2, env: { RATE_LIMITS: 'off' } });
let system: TestSystem;
it.beforeAll(({ system: started }) => {
  system = started;
});

const join = () => TestUser.join(() => system.urls, { room });

it('a message that waits for its time survives killed workers, and comes once and in order', async () => {
  const owner = await join();
  const [bert, carl] = [await join(), await join()];
  const followers = [owner, bert, carl].map((user) => user.follow());
  await owner.ask('rules', { room, delay: DELAY_S });
  const texts = Array.from({ length: MESSAGES }, (_, i) => `${i}`);
  for (const [i, text] of texts.entries()) {
    await bert.sendSurely({ room, text });
    if (i === MESSAGES / 4) await system.workers[0]?.kill();
  }
  const [atOwner, ...others] = followers;
  const seenEarly = () => atOwner?.events.filter(({ type }) => type === 'delayed').map(({ text }) => text);
  await until(() => seenEarly()?.length === MESSAGES, 'the owner to see all at once');
  expect(seenEarly()).toEqual(texts);
  await system.workers[1]?.kill(); // nobody releases anything now
  await system.addWorker();
  await until(() => followers.every((one) => one.texts(room).length >= MESSAGES), 'all messages', 30_000);
  for (const one of followers) expect(one.texts(room)).toEqual(texts);
  for (const one of others) expect(one.events.filter(({ type }) => type === 'delayed')).toEqual([]);
  await Promise.all(followers.map((one) => one.stop()));
}, 60_000);

/** Reactions on the wire, and when processes die: everybody is told of all of them, by few events. */
import { describe, expect } from 'vitest';
import type { ChatEvent, Reaction } from '../../shared/protocol/events.js';
import type { Way } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import { patiently } from '../support/patiently.js';
import type { TestSystem } from '../support/processes.js';
import { brief } from '../support/reactions.js';
import { refusal } from '../support/refusal.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const it = systemWith({ apis: 2, workers: 2, env: { RATE_LIMITS: 'off' } });
let system: TestSystem;
it.beforeAll(({ system: started }) => {
  system = started;
});

const people = (count: number, room: string, way: Way = 'api-post') =>
  Promise.all(Array.from({ length: count }, () => TestUser.join(() => system.urls, { room, way })));
const toldTo = (events: ChatEvent[]) => events.flatMap(({ reacted, reactions }) => (reacted ? [brief(reactions)] : []));

describe.each<Way>(['jsonp', 'api-post'])('a reaction by %s', (way) => {
  it('is told to all, is in the history, and can be taken back', async () => {
    const room = `on.${way}`;
    const [anna, bert] = (await people(2, room, way)) as [TestUser, TestUser];
    const follower = bert.follow();
    const { id } = await bert.send('hi');
    const react = (emoji: string, more: object = {}) =>
      anna.ask<{ reactions: Reaction[] }>('react', { room, id, emoji, ...more });
    const thumb = { emoji: '👍', count: 1, users: [anna.joined.user] };
    expect(await react('👍')).toEqual({ ok: true, reactions: [{ ...thumb, mine: true }] });
    await react('❤'); // without the sign that asks for the coloured form
    await until(() => toldTo(follower.events).at(-1) === '👍1 ❤️1', 'the last state, which waits for a worker');
    expect(toldTo(follower.events)).toEqual(['👍1', '👍1 ❤️1']);
    await react('❤️', { on: false });
    const { events } = await bert.ask<{ events: ChatEvent[] }>('history', { room });
    expect(events.find((event) => event.id === id)?.reactions).toEqual([thumb]);
    expect(await refusal(react('👍', { id: '1-0' }))).toMatchObject({ code: 'bad_request', field: 'id' });
    expect(await refusal(react('+1'))).toMatchObject({ code: 'bad_request', field: 'emoji' });
    await follower.stop();
  });
});

it('reactions of many are all told, whatever process is killed, by 20 events at most', async () => {
  const room = 'many';
  const users = await people(40, room);
  const [first] = users as [TestUser];
  const followers = users.slice(0, 5).map((user) => user.follow());
  const { id } = await first.send({ room, text: 'the line' });
  for (const [i, user] of users.entries()) {
    await patiently(() => user.ask('react', { room, id, emoji: i % 2 === 0 ? '👍' : '❤️' }));
    if (i === 10) await system.workers[0]?.kill();
    if (i === 20) await system.apis[0]?.kill();
  }
  await system.workers[1]?.kill(); // nobody tells anything now
  await system.addWorker();
  const all = '👍20 ❤️20';
  await until(() => followers.every(({ events }) => toldTo(events).at(-1) === all), 'the last state', 30_000);
  for (const { events } of followers) expect(toldTo(events).length).toBeLessThanOrEqual(20);
  const newcomer = await patiently(() => TestUser.join(() => system.urls, { room }));
  expect(brief(newcomer.joined.room.history.find((event) => event.id === id)?.reactions)).toBe(all);
  await Promise.all(followers.map((one) => one.stop()));
}, 60_000);

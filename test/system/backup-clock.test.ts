/** A backup restored on a machine whose clock is ahead or behind: nothing is lost because of it, and talk goes on. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { copyAtOnce, runScript } from '../support/backups.js';
import { Child } from '../support/child.js';
import { ask, call } from '../support/client.js';
import { clockOff } from '../support/clock.js';
import { freePort, READY } from '../support/ports.js';
import { startApi, startSystem, startWorker } from '../support/processes.js';
import { openRedis, startOneRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { type Sent, TestUser } from '../support/user.js';

const DAY_S = 86_400;
/** Less than the clock is ahead. */
const STAY_S = 3 * DAY_S;
const BAN_S = 3_600;
/** On the new machine, so that somebody who does not come back ends soon. */
const USER_TTL = 5;

interface Told {
  type: string;
  text?: string;
  id?: string;
  from?: { name: string };
}
interface Polled {
  cursor: string;
  events: Told[];
}

interface Entered {
  token: string;
  owner?: string;
  room: { news?: object };
}

let folder: string;
let file: string;
let anna: TestUser, bert: TestUser;
let last: Sent;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nobackend-backup-clock-'));
  file = join(folder, 'chat.backup');
  const system = await startSystem({ env: { OWNED_TTL: STAY_S }, start: startOneRedis });
  const { url } = system;
  [anna, bert] = [
    await TestUser.join(url, { name: 'anna', room: 'club' }),
    await TestUser.join(url, { name: 'bert', room: 'club' }),
  ];
  await TestUser.join(url, { name: 'carl', room: 'club' });
  await anna.send('one');
  last = await anna.send('two');
  const dora = await TestUser.join(url, { name: 'dora', room: 'club' });
  await anna.ask('ban', { room: 'club', user: dora.id, seconds: BAN_S });
  await leaveBehind(url, 'hall');
  const { owner } = await leaveBehind(url, 'class');
  await leaveBehind(url, 'class', owner); // it stays from now on
  await say('We go on.', system.redis.url);
  await copyAtOnce(system.redis.url);
  expect(await runScript('backup', [file], { REDIS_URL: system.redis.url })).toMatchObject({ code: 0 });
  await anna.send('too late');
  await system.stop();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Somebody enters a room, says something there and leaves it empty. Resolves with its owner token. */
async function leaveBehind(url: string, room: string, owner?: string): Promise<{ owner?: string }> {
  const joined = await ask<{ token: string; owner?: string }>(url, 'join', { name: 'eve', room, owner });
  await ask(url, 'send', { token: joined.token, text: `of ${room}` });
  await ask(url, 'leave', { token: joined.token });
  return joined;
}

/** The host says something for an hour. */
async function say(text: string, redisUrl: string): Promise<void> {
  const redis = openRedis(redisUrl);
  const [at, ms] = [Date.now(), 3_600_000];
  const said = { type: 'announcement', room: '', at, from: { id: 0, name: '' }, kind: 'notice', text, until: at + ms };
  await redis.set('host:announcement', JSON.stringify(said), 'PX', ms);
  redis.disconnect();
}

/** Starts a Redis, an API process and a worker with a clock that is off, after a restore. */
async function restored(seconds: number, { onTestFinished }: TestContext): Promise<string> {
  const clock = await clockOff(seconds);
  const [dir, port] = [await mkdtemp(join(folder, 'redis-')), await freePort()];
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir, '--save', '', '--appendonly', 'yes'];
  const [redis] = await Child.start('redis-server', args, { PATH: process.env.PATH, ...clock }, READY);
  onTestFinished(async () => void (await redis.stop()));
  const env = { ...clock, REDIS_URL: `redis://127.0.0.1:${port}` };
  expect(await runScript('restore', [file], { ...env, DATA_DIR: dir })).toMatchObject({ code: 0 });
  const parts = await Promise.all([startApi({ ...env, USER_TTL }), startWorker({ ...env, USER_TTL })]);
  onTestFinished(async () => void (await Promise.all(parts.map((part) => part.stop()))));
  return parts[0].url;
}

// at the same time, as both mostly wait
describe.concurrent.each([
  ['a week ahead', 7 * DAY_S],
  ['a day behind', -DAY_S],
])('a clock that is %s', (_how, seconds) => {
  it('users go on or end in order, rooms and bans are there, new messages come and have greater ids', async (context) => {
    const url = await restored(seconds, context);
    const texts = async (token: string, room: string) =>
      (await ask<{ events: Told[] }>(url, 'history', { token, room })).events.flatMap(({ text }) => text ?? []);
    expect(await texts(anna.token, 'club')).toEqual(['one', 'two']);

    let { cursor } = bert.joined;
    const heard: Told[] = [];
    const hears = (what: (event: Told) => boolean) =>
      until(
        async () => {
          await ask(url, 'poll', { token: anna.token, cursor: anna.joined.cursor, timeout: 0 });
          const answer = await ask<Polled>(url, 'poll', { token: bert.token, cursor, timeout: 1 });
          cursor = answer.cursor;
          heard.push(...answer.events);
          return heard.some(what);
        },
        'an event',
        50_000,
      );
    const sent = await ask<Sent>(url, 'send', { token: anna.token, text: 'three' });
    const [[at, number], [lastAt, lastNumber]] = [sent.id, last.id].map((id) =>
      id.split('-').map(Number),
    ) as number[][] as [[number, number], [number, number]];
    expect(at > lastAt || (at === lastAt && number > lastNumber)).toBe(true);
    await hears(({ text }) => text === 'three');
    expect(heard.flatMap(({ text }) => text ?? [])).toEqual(['one', 'two', 'three']);

    const banned = await call(url, 'join', { name: 'dora', room: 'club' });
    expect(banned.body).toMatchObject({ ok: false, error: { code: 'not_allowed', reason: 'banned' } });
    const { retryAfter } = (banned.body as unknown as { error: { retryAfter: number } }).error;
    expect(retryAfter).toBeGreaterThan(BAN_S - 600);
    expect(retryAfter).toBeLessThanOrEqual(BAN_S);

    await hears(({ type, from }) => type === 'left' && from?.name === 'carl');
    expect(heard.flatMap(({ type, from }) => (type === 'left' ? from?.name : []))).toEqual(['dora', 'carl']);

    for (const room of ['class', 'hall']) {
      const { token, owner, room: view } = await ask<Entered>(url, 'join', { name: 'fred', room });
      expect(owner).toBeUndefined(); // it is not a new room
      expect(view.news).toMatchObject({ text: 'We go on.' });
      expect(await texts(token, room)).toContain(`of ${room}`);
    }
  });
});

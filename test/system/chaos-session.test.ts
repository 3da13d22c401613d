/** Losses that a user of a chaos run counts: every event that it never heard of, and none that it can read back. */
import { expect } from 'vitest';
import { privateRoom } from '../../shared/protocol/events.js';
import type { RedisClient } from '../../shared/redis/client.js';
import { Line } from '../chaos/line.js';
import { readLogs } from '../chaos/logs.js';
import { Random } from '../chaos/random.js';
import { Record } from '../chaos/record.js';
import { Session } from '../chaos/session.js';
import { isSettled, judge } from '../chaos/verdict.js';
import { systemWith } from '../support/fixtures/system.js';
import type { TestSystem } from '../support/processes.js';
import { allKeys } from '../support/redis.js';
import { until } from '../support/until.js';
import type { Joined } from '../support/user.js';

const INBOX_MAX = 10;

const it = systemWith({ env: { INBOX_MAX, RATE_LIMITS: 'off', LIVE: 'off' } });
let system: TestSystem, redis: RedisClient, record: Record, anna: Session, bert: Session;
it.beforeEach(async ({ system: started, redis: client }) => {
  [system, redis, record] = [started, client, new Record()];
  [anna, bert] = [await join(), await join()];
});
it.afterEach(() => Promise.all([anna.stop(), bert.stop()]));

async function join(): Promise<Session> {
  const random = new Random(1);
  const line = new Line(() => system.urls, 'api-post', random, record);
  return new Session(await line.insist<Joined>('join', { room: 'lobby' }), line, random, record);
}

const settled = async (): Promise<boolean> => isSettled([anna, bert], await readLogs(redis));

async function countLost(): Promise<number> {
  await Promise.all([anna.stop(), bert.stop()]);
  return judge(record, [anna, bert], await readLogs(redis), 'all', () => 0).lost;
}

it('a private message that its inbox lost, in a room not known yet, is read back once the room is', {
  timeout: 30_000,
}, async () => {
  const silent = anna.misbehave('silent', 60_000);
  await bert.sendTo(anna.id, 'first');
  for (let number = 1; number <= 2 * INBOX_MAX; number += 1) await bert.send('lobby', `lobby.${number}`);
  anna.behave();
  await silent;
  await until(() => anna.missed > 0, 'to be told that the inbox was full');
  await anna.sendTo(bert.id, 'second');
  await until(settled, 'all to have come');
  expect(await countLost()).toBe(0);
  expect(anna.views.get(privateRoom(anna.id, bert.id))?.arrivals.map(({ text }) => text)).toEqual(['first', 'second']);
});

it('the only message of a private room, that its receiver never hears of, is lost', { timeout: 30_000 }, async () => {
  await until(settled, 'all to have come');
  await anna.stop();
  await bert.sendTo(anna.id, 'unheard');
  await until(() => bert.views.get(privateRoom(anna.id, bert.id))?.arrivals.length, 'its sender to have it');
  expect(await settled()).toBe(false);
  expect(await countLost()).toBe(1);
});

it('what was delivered and has gone with its master is lost only if it was acknowledged', {
  timeout: 30_000,
}, async () => {
  record.beginFault('master-stop');
  await bert.send('lobby', 'gone');
  await until(settled, 'all to have come');
  const [sent] = record.accepted.splice(0);
  const [log = ''] = await allKeys(redis, 'room:*:lobby:log');
  await redis.xdel(log, sent?.id ?? '');
  const verdict = async () => judge(record, [anna, bert], await readLogs(redis), 'answered', () => 0);
  expect(await verdict()).toMatchObject({ lost: 0, unkept: 1 });
  if (sent) record.accepted.push(sent);
  expect(await verdict()).toMatchObject({ lost: 3, unkept: 0 }); // it is in no log, and two users had it
});

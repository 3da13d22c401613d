/** What the log says of an outage, and of the failures around it. */
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { Availability } from '../../shared/redis/availability.js';
import { connectStore } from '../../shared/store/connect.js';
import { startRedis } from '../support/redis.js';
import { until } from '../support/until.js';

/** As in availability.ts: failures so shortly after an outage belong to it. */
const SETTLE_MS = 2_000;

interface Line {
  msg: string;
  error?: string;
}

it('a failure shortly after Redis is back belongs to the outage, and a later one does not', async () => {
  const server = await startRedis();
  const redis = connectStore(server.url);
  const lines: Line[] = [];
  const log = pino({ serializers: { error: String } }, { write: (line) => void lines.push(JSON.parse(line) as Line) });
  const availability = new Availability(redis, log, { meanwhile: 'wait until', failed: 'failures' });
  const isThere = async () => (await availability.check()) === null;
  await until(isThere, 'the connection');
  await server.kill();
  await until(async () => !(await isThere()), 'the outage');
  availability.failed(new Error('meanwhile'));
  await server.restart();
  await until(isThere, 'Redis again');
  const backAt = Date.now();
  availability.failed(new Error('of the outage'));
  await until(() => Date.now() > backAt + SETTLE_MS, 'a later time');
  availability.failed(new Error('of something else'));
  await until(() => lines.at(-1)?.error === 'Error: of something else', 'the failure without an outage');
  expect(lines.map(({ msg, error }) => [msg, error])).toEqual([
    [expect.stringMatching(/^Redis is away: .*; wait until it is back$/), undefined],
    [expect.stringMatching(/^Redis is back after \d+ s; failures: 1$/), undefined],
    ['failed, though Redis is there', 'Error: of something else'],
  ]);
  redis.disconnect();
  await server.stop();
});

/** With LOG_FORMAT=json every line of a process is JSON, whatever the libraries that it uses have to say. */
import { expect } from 'vitest';
import { call } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import { openRedis, startOneRedis } from '../support/redis.js';
import { until } from '../support/until.js';

/** Lets a process say strange things when it gets SIGUSR2. */
const STRANGE = `process.on("SIGUSR2",()=>{process.emitWarning("odd");console.log("a line\\nof\\ntwo",1)})`;
const EVICTION = 'IMPORTANT! Eviction policy is allkeys-lru. It should be "noeviction"';

const it = systemWith({
  env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(STRANGE)}` },
  start: async () => {
    const redis = await startOneRedis();
    const client = openRedis(redis.url);
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    client.disconnect();
    return redis;
  },
});

it('warnings of BullMQ and of Node, and lines of the console, are lines of the log, once each', async ({ system }) => {
  expect((await call(system.url, 'join', { name: 'anna', room: 'lobby' })).status).toBe(200);
  for (const one of [...system.apis, ...system.workers]) {
    process.kill(one.pid, 'SIGUSR2');
    process.kill(one.pid, 'SIGUSR2');
    await until(() => one.output().includes('odd') && one.output().includes('two'), 'the strange lines');
    await one.stop();
    const lines = one
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: number; msg: string });
    const said = lines.map(({ level, msg }) => [level, msg]);
    for (const line of [
      [40, EVICTION],
      [40, 'Warning: odd'],
      [30, 'a line\nof\ntwo 1'],
    ])
      expect(said.filter((other) => String(other) === String(line))).toEqual([line]);
  }
});

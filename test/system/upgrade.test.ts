/** Data of former versions, from `test/fixtures`: this version goes on with it, and its users notice nothing. */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { checkRedis } from '../../shared/preflight/preflight.js';
import { Child, root } from '../support/child.js';
import { ask } from '../support/client.js';
import type { Polled } from '../support/follower.js';
import { freePort, READY } from '../support/ports.js';
import { startApi, startWorker } from '../support/processes.js';
import { until } from '../support/until.js';

interface Fixture {
  shards: number;
  users: { token: string; cursor: string; name: string; room: string }[];
}
interface Told {
  type: string;
  text?: string;
}

/** Starts a Redis with the data of a fixture. Resolves with its address. */
async function restored(name: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'nobackend-upgrade-'));
  await cp(join(root, `test/fixtures/${name}.rdb`), join(dir, 'dump.rdb'));
  const port = await freePort();
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir, '--save', ''];
  const [redis] = await Child.start('redis-server', args, process.env, READY);
  onTestFinished(async () => {
    await redis.stop();
    await rm(dir, { recursive: true, force: true });
  });
  return `redis://127.0.0.1:${port}`;
}

// made by commits 7d849b8 and 991a3ae; the first one has no key that says its number of shards
it.each(['2026-11-28', '2026-11-29'])(
  'data of %s: users, messages and values are there, and talk goes on',
  async (name) => {
    const fixture = JSON.parse(await readFile(join(root, `test/fixtures/${name}.json`), 'utf8')) as Fixture;
    const url = await restored(name);
    const other = `SHARDS=${fixture.shards + 1} is not allowed: this Redis holds data that was made with SHARDS=${fixture.shards}.`;
    await expect(checkRedis(url, fixture.shards + 1)).rejects.toThrow(other);

    const env = { REDIS_URL: url, SHARDS: fixture.shards };
    const [api, worker] = await Promise.all([startApi(env), startWorker(env)]);
    onTestFinished(async () => {
      await Promise.all([api.stop(), worker.stop()]);
    });
    for (const { token, cursor, name: user, room } of fixture.users) {
      const waiting = await ask<Polled>(api.url, 'poll', { token, cursor, timeout: 0 });
      expect(waiting.events).toContainEqual(expect.objectContaining({ type: 'message', text: `from ${user}` }));
      const { events } = await ask<{ events: Told[] }>(api.url, 'history', { token, room });
      expect(events).toContainEqual(expect.objectContaining({ text: `from ${user}` }));
      expect(await ask(api.url, 'get', { token, room })).toMatchObject({
        values: { score: expect.objectContaining({ value: 7 }) },
      });
      await ask(api.url, 'send', { token, room, text: 'goes on' });
      let next = waiting.cursor;
      await until(async () => {
        const answer = await ask<Polled>(api.url, 'poll', { token, cursor: next, timeout: 5 });
        next = answer.cursor;
        return answer.events.some((event) => event.type === 'message' && event.text === 'goes on');
      }, 'the new message');
    }
  },
);

/** A backup of a Redis Cluster: of all masters, in one file, restored into another cluster. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runScript } from '../support/backups.js';
import { ask } from '../support/client.js';
import { startCluster } from '../support/cluster.js';
import { startSystem } from '../support/processes.js';
import { masters, openRedis } from '../support/redis.js';
import { TestUser } from '../support/user.js';

const ROOMS = ['north', 'south', 'east', 'west'];

it('has the rooms and users of all masters, and another cluster goes on with them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nobackend-backup-cluster-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const former = await startSystem({ start: () => startCluster() });
  const users = await Promise.all(ROOMS.map((room) => TestUser.join(former.url, { room })));
  for (const user of users) await user.send(`from ${user.name}`);
  const client = openRedis(former.redis.url);
  for (const node of await masters(client)) await node.config('SET', 'repl-diskless-sync-delay', '0');
  client.disconnect();
  const file = join(folder, 'chat.backup');
  const env = { DATA_DIR: folder };
  expect(await runScript('backup', [file], { ...env, REDIS_URL: former.redis.url })).toMatchObject({
    code: 0,
    err: '',
  });
  await former.stop();

  const redis = await startCluster();
  onTestFinished(() => redis.stop());
  expect(await runScript('restore', [file], { ...env, REDIS_URL: redis.url })).toMatchObject({ code: 0, err: '' });
  const now = await startSystem({ redis });
  onTestFinished(() => now.stop());
  for (const [number, { token, name, joined }] of users.entries()) {
    const { events } = await ask<{ events: { text?: string }[] }>(now.url, 'history', { token, room: ROOMS[number] });
    expect(events).toContainEqual(expect.objectContaining({ text: `from ${name}` }));
    await ask(now.url, 'send', { token, text: 'goes on' });
    await expect
      .poll(
        async () =>
          (await ask<{ events: { text?: string }[] }>(now.url, 'poll', { token, cursor: joined.cursor, timeout: 1 }))
            .events,
        { timeout: 20_000 },
      )
      .toContainEqual(expect.objectContaining({ text: 'goes on' }));
  }
});

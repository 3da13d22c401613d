/** `pm2 reload` under traffic: no request fails, no connection is reset, nothing is lost. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Child, root } from '../support/child.js';
import { endLeftovers } from '../support/leftovers.js';
import { freePort } from '../support/redis.js';
import { Traffic } from '../support/traffic.js';
import { until } from '../support/until.js';

const READY = /^nobackend-chat is ready at (http:\/\/localhost:\d+)$/m;
const USERS = 12;
/** Longer than the 10 s for which pm2 would wait for a new process if the project said nothing. */
const SLOW_START_MS = 11_500;

let folder: string;
let start: Child | undefined;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nobackend-reload-'));
  const env = {
    PATH: process.env.PATH,
    DATA_DIR: folder,
    PORT: String(await freePort()),
    LOG_FORMAT: 'json',
    RATE_LIMITS: 'off',
    API_INSTANCES: '2',
    WORKER_INSTANCES: '2',
  };
  const [child, [, address = '']] = await Child.start(process.execPath, ['scripts/start/start.js'], env, READY);
  [start, url] = [child, address];
});
afterAll(async () => {
  await start?.stop('SIGINT');
  const left = await endLeftovers(folder);
  await rm(folder, { recursive: true, force: true });
  expect(left).toEqual([]);
});

/** The processes of one of pm2's names. */
async function pids(name: string): Promise<number[]> {
  const files = (await readdir(join(folder, 'pm2/pids'))).filter((file) => file.startsWith(`${name}-`));
  return Promise.all(files.map(async (file) => Number(await readFile(join(folder, 'pm2/pids', file), 'utf8'))));
}

/** One command of pm2, as a host gives it. */
async function pm2(...args: string[]): Promise<void> {
  const env = { PATH: process.env.PATH, PM2_HOME: join(folder, 'pm2'), PM2_DISABLE_VERSION_CHECK: '1' };
  await promisify(execFile)(process.execPath, ['node_modules/pm2/bin/pm2', ...args], { cwd: root, env });
}

/** `pm2 reload name`, as a host would; every process of that name is another one afterwards. */
async function reload(name: string): Promise<void> {
  const former = await pids(name);
  await pm2('reload', name);
  const now = await pids(name);
  expect(now).toHaveLength(former.length);
  expect(now.filter((pid) => former.includes(pid))).toEqual([]);
}

it('fails no request and loses no message', async () => {
  const traffic = await Traffic.start(url, USERS);
  await reload('api');
  await reload('worker');
  const { sent, streams } = await traffic.end();
  expect(sent).toBeGreaterThan(USERS * 10);
  expect(streams).toBeGreaterThan(USERS / 3); // some were ended
});

it('refuses no connection while the only new process takes longer to start than pm2 waits by itself', async () => {
  await pm2('scale', 'api', '1');
  const former = await until(
    () =>
      pids('api').then(
        (now) => (now.length === 1 ? now : null),
        () => null,
      ),
    'one process',
  );
  const reloading = reload('api');
  const fresh = await until(
    () =>
      pids('api').then(
        (now) => now.find((pid) => !former.includes(pid)),
        () => null,
      ),
    'the new process',
  );
  process.kill(fresh, 'SIGSTOP');
  let failures = 0;
  for (const end = Date.now() + SLOW_START_MS; Date.now() < end; await sleep(100)) {
    failures += await fetch(`${url}/chat.js`).then(
      ({ status }) => (status === 200 ? 0 : 1),
      () => 1,
    );
  }
  process.kill(fresh, 'SIGCONT');
  await reloading;
  expect(failures).toBe(0);
});

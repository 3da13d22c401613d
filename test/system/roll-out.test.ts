/** `npm run deploy` under traffic: a version that cannot serve is refused, and no request fails, whatever is wrong. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { entrust, root } from '../support/child.js';
import { endLeftovers } from '../support/leftovers.js';
import { freePort } from '../support/redis.js';
import { Traffic } from '../support/traffic.js';
import { until } from '../support/until.js';

const USERS = 6;
/** The folder has what a host has; the build of a test takes what lies in `next`. */
const COPIED = ['ecosystem.config.js', 'package.json', 'package-lock.json', 'scripts', 'dist'];
const BUILD =
  "import { cp } from 'node:fs/promises';\nexport const build = () => cp('next', 'dist', { recursive: true });\n";
const MAIN = 'apps/api/main.js';
/** Seconds for which a new process may stand still. */
const WAIT = 3;
/** ms that a good start computes, which is longer. */
const SLOW_MS = 4_000;

let folder: string;
let env: NodeJS.ProcessEnv;
let url: string;
let traffic: Traffic;
let original: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'nobackend-roll-out-')));
  for (const name of COPIED) await cp(join(root, name), join(folder, name), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'scripts/build.js'), BUILD);
  await mkdir(join(folder, 'next/apps/api'), { recursive: true });
  original = await readFile(join(folder, 'dist', MAIN), 'utf8');
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  env = {
    PATH: process.env.PATH,
    HOME: folder,
    PM2_HOME: join(folder, 'pm2'),
    PM2_DISABLE_VERSION_CHECK: '1',
    PORT: String(port),
    RATE_LIMITS: 'off',
  };
  await pm2({}, 'start', 'ecosystem.config.js');
  traffic = await Traffic.start(url, USERS);
});
afterAll(async () => {
  await pm2({}, 'kill');
  const left = await endLeftovers(folder);
  await rm(folder, { recursive: true, force: true });
  expect(left).toEqual([]);
});

const inFolder = { maxBuffer: 1e8 };

async function pm2(settings: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  const options = { ...inFolder, cwd: folder, env: { ...env, ...settings } };
  const { stdout } = await promisify(execFile)(process.execPath, ['node_modules/pm2/bin/pm2', ...args], options);
  return stdout;
}

/** Its exit code and what it says at the end. */
function deploy(settings: NodeJS.ProcessEnv = {}): Promise<{ code: unknown; said: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      ['scripts/deploy/deploy.js', '--wait', String(WAIT)],
      { cwd: folder, env: { PATH: env.PATH, HOME: folder, PM2_HOME: env.PM2_HOME, ...settings } },
      (error, stdout, stderr) => {
        done({ code: error?.code ?? 0, said: stderr || (stdout.trim().split('\n').at(-1) ?? '') });
      },
    );
  });
}

/** Makes a version whose API begins with this. */
const release = (code: string): Promise<void> => writeFile(join(folder, 'next', MAIN), `${code}\n${original}`);

interface Running {
  name: string;
  pid: number;
  script: string;
  ttl: string | undefined;
}

async function running(): Promise<Running[]> {
  const list = JSON.parse(await pm2({}, 'jlist')) as {
    name: string;
    pid: number;
    pm2_env: { pm_exec_path: string; env: Record<string, string> };
  }[];
  return list.map(({ name, pid, pm2_env }) => ({ name, pid, script: pm2_env.pm_exec_path, ttl: pm2_env.env.USER_TTL }));
}

/** The version in dist/ is the one that runs, after a version was refused. */
async function expectFormer(before: Running[]): Promise<void> {
  expect(await running()).toEqual(before);
  expect(await readFile(join(folder, 'dist', MAIN), 'utf8')).toBe(original);
  expect(traffic.failures).toEqual([]);
}

it('a version that throws, that hangs, or that cannot reach Redis, and settings that cannot be, change nothing', async () => {
  const before = await running();
  expect(before.map(({ name }) => name).sort()).toEqual(['api', 'api', 'redis', 'worker']);

  await release("throw new Error('spoilt')");
  const thrown = 'The new "api" cannot start: Error: spoilt. The former version goes on.\n';
  expect(await deploy()).toEqual({ code: 1, said: thrown });
  await expectFormer(before);

  await release('await new Promise(() => setInterval(() => {}, 1_000));');
  const hung = /^The new "api" is not ready after \d+ s: it does not listen\. The former version goes on\.\n$/;
  expect(await deploy()).toEqual({ code: 1, said: expect.stringMatching(hung) });
  await expectFormer(before);

  await release("process.env.REDIS_URL = 'redis://127.0.0.1:1';");
  const away = /^The new "api" is not ready after \d+ s: Redis is away: .+\. The former version goes on\.\n$/;
  expect(await deploy()).toEqual({ code: 1, said: expect.stringMatching(away) });
  await expectFormer(before);

  await release('');
  const typo = 'USER_TTL=6O is not allowed: ';
  expect(await deploy({ USER_TTL: '6O' })).toEqual({ code: 1, said: expect.stringContaining(typo) });
  const refused = 'The Redis of REDIS_URL (redis://127.0.0.1:1) cannot be used: ';
  expect(await deploy({ REDIS_URL: 'redis://127.0.0.1:1' })).toEqual({
    code: 1,
    said: expect.stringContaining(refused),
  });
  await expectFormer(before);
});

it('a deploy that runs already is named to the second one, which changes nothing', async () => {
  const before = await running();
  await release('await new Promise(() => setInterval(() => {}, 1_000));');
  const first = deploy();
  const claims = join(folder, 'releases/claims');
  const pid = await until(
    () =>
      readdir(claims)
        .then(([name]) => Number(name) || null)
        .catch(() => null),
    'the first',
  );
  const named = new RegExp(
    `^A deploy of this folder runs \\(process ${pid}, since .+\\)\\. Wait until it has ended\\.\n$`,
  );
  expect(await deploy()).toEqual({ code: 1, said: expect.stringMatching(named) });
  expect((await first).said).toMatch(/is not ready after/);
  await expectFormer(before);
});

it('a version that fails when some processes are replaced is taken back', async () => {
  const before = await running();
  const flag = JSON.stringify(join(folder, 'flag'));
  await release(`import { existsSync, writeFileSync } from 'node:fs';
if (process.env.NODE_APP_INSTANCE !== undefined) {
  if (existsSync(${flag})) process.exit(1);
  writeFileSync(${flag}, '');
}`);
  const said = 'A new "api" ended. Look at "npx pm2 logs api". The former version goes on.\n';
  expect(await deploy({ USER_TTL: '61' })).toEqual({ code: 1, said });
  const parts = (all: Running[]) => all.map(({ name, script, ttl }) => [name, script, ttl]).sort();
  expect(parts(await running())).toEqual(parts(before));
  expect(await readFile(join(folder, 'dist', MAIN), 'utf8')).toBe(original);
  expect(traffic.failures).toEqual([]);
});

it('pm2 reload with a bad setting leaves the former process', async () => {
  const former = (await running()).filter(({ name }) => name === 'api').map(({ pid }) => pid);
  const reload = spawn(process.execPath, ['node_modules/pm2/bin/pm2', 'reload', 'api', '--update-env'], {
    cwd: folder,
    env: { ...env, USER_TTL: '6O' },
    stdio: 'ignore',
  });
  entrust(reload.pid ?? 0, reload);
  const log = join(folder, 'pm2/logs/api-error.log');
  await until(async () => /USER_TTL=6O/.test(await readFile(log, 'utf8')), 'the refusal', 30_000);
  reload.kill();
  await once(reload, 'exit');
  for (const pid of former) expect(process.kill(pid, 0)).toBe(true);
  expect(traffic.failures).toEqual([]);
});

it('a good version whose start is slow takes all places, also of a process that pm2 could not reload', async () => {
  const before = await running();
  // the one that is tried, and the first of the two
  await release(
    `if (process.env.NODE_APP_INSTANCE !== '0') for (const end = Date.now() + ${SLOW_MS}; Date.now() < end; );`,
  );
  expect(await deploy({ USER_TTL: '62' })).toEqual({ code: 0, said: 'The new version runs.' });
  const now = await running();
  expect(now.map(({ name }) => name).sort()).toEqual(['api', 'api', 'redis', 'worker']);
  const former = new Set(before.filter(({ name }) => name !== 'redis').map(({ pid }) => pid));
  expect(now.filter(({ pid }) => former.has(pid))).toEqual([]);
  const [only, ...more] = (await readdir(join(folder, 'releases'))).filter((name) => name !== 'claims');
  expect(more).toEqual([]);
  for (const { name, script, ttl } of now.filter((one) => one.name !== 'redis')) {
    expect([script, ttl]).toEqual([join(folder, 'releases', only ?? '', `dist/apps/${name}/main.js`), '62']);
  }
  const { sent } = await traffic.end();
  expect(sent).toBeGreaterThan(USERS * 100);
});

/** The npm package of the chat, packed, installed into an empty folder and used there as a host does. */
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../support/child.js';
import { endLeftovers } from '../support/leftovers.js';
import { type InTerminal, npm, PackageHost, pack, programOf, unpack } from '../support/package-host.js';
import { freePort } from '../support/redis.js';
import { Traffic } from '../support/traffic.js';

const PACKED_BYTES_MAX = 3e6;
const UNPACKED_BYTES_MAX = 8e6;
/** npm may have to fetch packages. */
const INSTALL_MS = 180_000;
const QUIET = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
const USERS = 3;

let folder: string;
/** The empty folder of a host. */
let home: string;
/** A PATH with the programs of Node, without Redis. */
let path: string;
let packed: Awaited<ReturnType<typeof pack>>;
let host: PackageHost;
let chat: InTerminal | undefined;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'nobackend-installed-')));
  home = join(folder, 'home');
  path = join(folder, 'bin');
  await mkdir(home);
  await mkdir(path);
  const programs = ['node', 'npm', 'npx', 'sh'];
  await Promise.all(programs.map(async (name) => symlink(await programOf(name), join(path, name))));
  packed = await pack(root, folder);
  await npm(home, 'install', ...QUIET, packed.file);
  host = new PackageHost(home, { PATH: path, HOME: folder, PM2_HOME: join(folder, 'pm2') });
}, INSTALL_MS);
afterAll(async () => {
  await chat?.end();
  await host?.pm2('kill');
  const left = await endLeftovers(folder);
  await rm(folder, { recursive: true, force: true });
  expect(left).toEqual([]);
});

it('the package has what runs, without tests, sources and secrets, and is small', () => {
  const top = new Set(packed.files.map((file) => file.split('/')[0]));
  expect([...top].sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'deploy',
    'dist',
    'docs',
    'ecosystem.config.js',
    'package.json',
    'scripts',
  ]);
  expect(packed.files.filter((file) => /\.ts$|\.map$|\.env|test|^releases|\.pm2|\.data/.test(file))).toEqual([
    'dist/apps/web/public/elements.d.ts',
  ]);
  expect(packed.size).toBeLessThan(PACKED_BYTES_MAX);
  expect(packed.unpackedSize).toBeLessThan(UNPACKED_BYTES_MAX);
});

it('says which version it is and what it can do; a wrong call is one line, and exit code 2', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(await host.command(['--version'])).toEqual({ code: 0, out: `${version}\n`, error: '' });
  const { out } = await host.command(['--help']);
  const names = [...out.matchAll(/^ {2}(\w+) .*\n {6}\w/gm)].map(([, name]) => name);
  expect(names).toEqual(['start', 'deploy', 'doctor', 'backup', 'restore', 'say', 'tail', 'export', 'announce']);
  expect(out).not.toMatch(/npm install nobackend-chat/); // on npm, the name is not ours
  for (const [args, error] of [
    [['frob'], `There is no command "frob". Commands: ${names.join(', ')}.\n`],
    [['deploy', '--fast'], "Unknown option '--fast'. Usage: npx nobackend-chat deploy [--wait 30]\n"],
    [['start', 'now'], 'Usage: npx nobackend-chat start [--background]\n'],
  ] as const)
    expect(await host.command([...args])).toEqual({ code: 2, out: '', error });
});

it('says how to get a Redis where there is none, and leaves nothing', async () => {
  const { code, error } = await host.command([]);
  expect(code).toBe(1);
  expect(error.split('\n')[0]).toBe(
    'Redis is missing. Install the package redis-server, or set REDIS_URL to a Redis that you have.',
  );
  for (const system of ['Debian, Ubuntu', 'Fedora', 'Alpine', 'macOS', 'Windows'])
    expect(error).toMatch(new RegExp(`^  ${system}: `, 'm'));
  expect((await readdir(home)).sort()).toEqual(['node_modules', 'package-lock.json', 'package.json']);
});

it('starts with a valkey-server; two people talk; its data are in the current folder', async () => {
  await symlink(await programOf('redis-server'), join(path, 'valkey-server'));
  const env = { PORT: String(await freePort()) };
  chat = host.start([], env);
  await chat.says(/^nobackend-chat is ready at http:\/\/localhost:\d+$/m);
  expect((await readdir(home)).sort()).toEqual(['.data', 'node_modules', 'package-lock.json', 'package.json']);
  expect(await readdir(join(root, 'dist'))).not.toContain('node_modules');

  const andrew = host.start(['tail', 'den', '--name', 'andrew'], env);
  await andrew.says(/andrew joined\n/);
  const json = host.start(['tail', 'den', '--json', '--history', '0'], env);
  await andrew.says(/guest-\d+ joined\n/);
  expect(await host.command(['say', 'den', 'hello', 'andrew', '--name', 'eve'], { env })).toEqual({
    code: 0,
    out: '',
    error: '',
  });
  await andrew.says(/^\d\d:\d\d:\d\d eve: hello andrew$/m);
  const odd = '\u001b[31mred\n\u202ethe second line';
  expect((await host.command(['say', 'den', '-', '--name', 'eve'], { env, input: `${odd}\n` })).code).toBe(0);
  await andrew.says(/ eve: \ufffd\[31mred\n {9}\ufffdthe second line$/m);
  await json.says(/the second line/);
  const events = json.output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { type: string; text?: string });
  expect(events.filter(({ type }) => type === 'message').map(({ text }) => text)).toEqual(['hello andrew', odd]);

  expect(await host.command(['say', 'den', 'x', '--name', 'andrew'], { env })).toMatchObject({ code: 1, out: '' });
  await Promise.all([andrew.end(), json.end()]);

  expect(await host.command(['backup'], { env })).toMatchObject({ code: 0, error: '' });
  const [backup = ''] = await readdir(join(home, '.data/backups'));
  const restore = ['restore', join('.data/backups', backup), '--replace'];
  expect(await host.command(restore, { env })).toMatchObject({ code: 1, out: '' });
  await chat.end();
  expect(await host.command(restore, { env })).toMatchObject({ code: 0, error: '' });
  expect(andrew.output).toMatch(/^The room den is new, and you own it\. Keep its owner token: \S+$/m);
});

it(
  'runs under pm2, and takes another version while people talk, without a failed request',
  async () => {
    await chat?.end();
    const port = String(await freePort());
    const url = `http://127.0.0.1:${port}`;
    const version = async (): Promise<unknown> => ((await (await fetch(`${url}/health`)).json()) as Health).version;
    expect((await host.command(['deploy'])).error).toBe(
      'No chat of this folder runs under pm2. Start it: "npx nobackend-chat start --background".\n',
    );
    const started = await host.command(['start', '--background'], { env: { PORT: port, RATE_LIMITS: 'off' } });
    expect(started).toMatchObject({ code: 0, error: '' });
    expect(started.out).toContain(`nobackend-chat runs in the background at http://localhost:${port}\n`);
    const former = await version();
    const again = await host.command(['start', '--background'], { env: { PORT: String(await freePort()) } });
    expect(again).toMatchObject({ code: 1, error: expect.stringMatching(/^The chat of this folder runs already\. /) });

    const traffic = await Traffic.start(url, USERS);
    const page = visit(`${url}/element.js`);
    await npm(home, 'install', ...QUIET, await packAs('9.8.7'));
    expect(await version()).toBe(former);
    expect(await host.command(['--version'])).toMatchObject({ out: '9.8.7\n' });
    expect(await host.command(['deploy'])).toMatchObject({ code: 0, error: '' });
    expect(await version()).toBe('9.8.7');
    expect(new Set(await page.end())).toEqual(new Set([200]));
    expect((await traffic.end()).sent).toBeGreaterThan(USERS * 10);
    const releases = await readdir(join(home, '.data/releases'));
    expect(releases.filter((name) => name !== 'claims')).toEqual([expect.stringMatching(/^9\.8\.7-/)]);
  },
  INSTALL_MS,
);

interface Health {
  version: string;
}

/** Packs the package that is installed, as if it had another version. */
async function packAs(version: string): Promise<string> {
  const changed = await unpack(packed.file, join(folder, version));
  for (const file of ['package.json', 'dist/package.json']) {
    const text = await readFile(join(changed, file), 'utf8');
    await writeFile(join(changed, file), text.replace(/"version": ?"[^"]*"/, `"version":"${version}"`));
  }
  return (await pack(changed, folder, '--ignore-scripts')).file;
}

/** Loads a file again and again. `end()` resolves with the statuses of all answers. */
function visit(url: string): { end: () => Promise<number[]> } {
  let ending = false;
  const statuses: number[] = [];
  const run = async (): Promise<void> => {
    while (!ending) {
      const response = await fetch(url);
      await response.text();
      statuses.push(response.status);
    }
  };
  const all = run();
  return {
    end: async () => {
      ending = true;
      await all;
      return statuses;
    },
  };
}

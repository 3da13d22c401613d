/** The npm package of the chat, packed, installed into an empty folder and used there as a host does. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { entrust, root } from '../support/child.js';
import { endLeftovers } from '../support/leftovers.js';
import { freePort } from '../support/redis.js';
import { until } from '../support/until.js';

const PACKED_BYTES_MAX = 3e6;
const UNPACKED_BYTES_MAX = 8e6;
/** npm may have to fetch packages. */
const INSTALL_MS = 180_000;
const START_MS = 50_000;
const QUIET = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];

let folder: string;
/** The empty folder of a host. */
let home: string;
/** A PATH with the programs of Node, without Redis. */
let path: string;
let packed: { size: number; unpackedSize: number; files: string[]; file: string };
let chat: Running;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'nobackend-installed-')));
  home = join(folder, 'home');
  path = join(folder, 'bin');
  await mkdir(home);
  await mkdir(path);
  const programs = ['node', 'npm', 'npx', 'sh'];
  await Promise.all(programs.map(async (name) => symlink(await programOf(name), join(path, name))));
  packed = await pack(root);
  await npm(home, 'install', ...QUIET, packed.file);
}, INSTALL_MS);
afterAll(async () => {
  await chat?.end();
  const left = await endLeftovers(folder);
  await rm(folder, { recursive: true, force: true });
  expect(left).toEqual([]);
});

const run = promisify(execFile);

const npm = (cwd: string, ...args: string[]) => run('npm', args, { cwd, maxBuffer: 1e8 });

async function programOf(name: string): Promise<string> {
  const { stdout } = await run('sh', ['-c', `command -v ${name}`]);
  return realpath(stdout.trim());
}

/** Packs a folder, and returns what `npm pack` says of it. */
async function pack(from: string, ...options: string[]): Promise<typeof packed> {
  const { stdout } = await npm(from, 'pack', '--json', '--pack-destination', folder, ...options);
  const [said] = Object.values(JSON.parse(stdout.slice(stdout.search(/^[[{]/m)))) as {
    filename: string;
    size: number;
    unpackedSize: number;
    files: { path: string }[];
  }[];
  if (!said) throw new Error(stdout);
  return { ...said, files: said.files.map((one) => one.path), file: join(folder, said.filename) };
}

const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: path,
  HOME: folder,
  npm_config_update_notifier: 'false',
  ...more,
});

interface Said {
  code: unknown;
  out: string;
  error: string;
}

/** A command that ends by itself. */
function command(args: string[], { env = {}, input = '' }: { env?: NodeJS.ProcessEnv; input?: string } = {}) {
  return new Promise<Said>((resolve) => {
    const options = { cwd: home, env: environment(env) };
    const child = execFile(join(home, 'node_modules/.bin/nobackend-chat'), args, options, (failure, out, error) => {
      resolve({ code: failure?.code ?? 0, out, error });
    });
    child.stdin?.end(input);
  });
}

/** A command in a terminal of its own, which Ctrl-C ends. */
class Running {
  readonly #child;
  output = '';

  constructor(args: string[], env: NodeJS.ProcessEnv) {
    const options = { cwd: home, env: environment(env), detached: true, stdio: 'pipe' as const };
    this.#child = spawn('npx', ['nobackend-chat', ...args], options);
    entrust(this.#child.pid ?? 0, this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream.setEncoding('utf8').on('data', (data: string) => (this.output += data));
  }

  says(what: RegExp): Promise<RegExpExecArray> {
    return until(() => what.exec(this.output), `${what} in:\n${this.output}`, START_MS);
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    process.kill(-(this.#child.pid ?? 0), 'SIGINT');
    await until(() => this.#child.exitCode !== null || this.#child.signalCode !== null, 'the end by Ctrl-C', START_MS);
  }
}

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
  expect(await command(['--version'])).toEqual({ code: 0, out: `${version}\n`, error: '' });
  const { out } = await command(['--help']);
  const names = [...out.matchAll(/^ {2}(\w+) .*\n {6}\w/gm)].map(([, name]) => name);
  expect(names).toEqual(['start', 'deploy', 'doctor', 'say', 'tail']);
  for (const [args, error] of [
    [['frob'], `There is no command "frob". Commands: ${names.join(', ')}.\n`],
    [['deploy', '--fast'], "Unknown option '--fast'. Usage: npx nobackend-chat deploy [--wait 30]\n"],
    [['start', 'now'], 'Usage: npx nobackend-chat start [--background]\n'],
  ] as const)
    expect(await command([...args])).toEqual({ code: 2, out: '', error });
});

it('says how to get a Redis where there is none, and leaves nothing', async () => {
  const { code, error } = await command([]);
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
  chat = new Running([], env);
  await chat.says(/^nobackend-chat is ready at http:\/\/localhost:\d+$/m);
  expect((await readdir(home)).sort()).toEqual(['.data', 'node_modules', 'package-lock.json', 'package.json']);
  expect(await readdir(join(root, 'dist'))).not.toContain('node_modules');

  const andrew = new Running(['tail', 'den', '--name', 'andrew'], env);
  await andrew.says(/andrew joined\n/);
  const json = new Running(['tail', 'den', '--json', '--history', '0'], env);
  await andrew.says(/guest-\d+ joined\n/);
  expect(await command(['say', 'den', 'hello', 'andrew', '--name', 'eve'], { env })).toEqual({
    code: 0,
    out: '',
    error: '',
  });
  await andrew.says(/^\d\d:\d\d:\d\d eve: hello andrew$/m);
  const odd = '\u001b[31mred\n\u202ethe second line';
  expect((await command(['say', 'den', '-', '--name', 'eve'], { env, input: `${odd}\n` })).code).toBe(0);
  await andrew.says(/ eve: \ufffd\[31mred\n {9}\ufffdthe second line$/m);
  await json.says(/the second line/);
  const events = json.output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { type: string; text?: string });
  expect(events.filter(({ type }) => type === 'message').map(({ text }) => text)).toEqual(['hello andrew', odd]);

  expect(await command(['say', 'den', 'x', '--name', 'andrew'], { env })).toMatchObject({ code: 1, out: '' });
  await Promise.all([andrew.end(), json.end()]);
  expect(andrew.output).toMatch(/^The room den is new, and you own it\. Keep its owner token: \S+$/m);
});

/** The files of deploy/ are enough: the image gets all files that a build reads, and starts what there is. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../support/child.js';
import { deployed } from '../support/proxies.js';
import { startOneRedis } from '../support/redis.js';

const run = async (program: string, args: string[]): Promise<string> =>
  (await promisify(execFile)(program, args)).stdout;

let folder: string;
let dockerfile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nobackend-image-'));
  dockerfile = await deployed('Dockerfile');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('the image is given all that a build reads', async () => {
  const lines = dockerfile
    .slice(0, dockerfile.lastIndexOf('FROM '))
    .split('\n')
    .filter((line) => /^COPY (?!--from)/.test(line));
  const copied = lines.flatMap((line) => line.split(' ').slice(1, -1));
  const context = (await readFile(join(root, '.dockerignore'), 'utf8')).split('\n');
  for (const one of copied) {
    expect(context).toContain(`!${one}`);
    await cp(join(root, one), join(folder, one), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  // a build that is up to date takes its time only if something that it depends on is not copied
  await cp(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  await mkdir(join(folder, 'image'));
  const { status, stdout, stderr } = spawnSync('bash', ['-c', packing()], { cwd: folder, encoding: 'utf8' });
  expect(status, `${stdout}${stderr}`).toBe(0);
});

/** Returns the command of the Dockerfile that builds and packs, for our folders instead of those in the image. */
function packing(): string {
  const [, command = ''] = /^RUN (mkdir [\s\S]*?[^\\])$/m.exec(dockerfile) ?? [];
  expect(command).toContain('/package');
  return command.replaceAll('\\\n', '').replaceAll(/ (\/\S*)/g, (_, path: string) => ` ${join(folder, 'image', path)}`);
}

it('what the containers run is there after a build', async () => {
  const programs = [dockerfile, await deployed('compose.yml')].flatMap((text) => text.match(/dist\/\S+?\.js/g) ?? []);
  expect(new Set(programs).size).toBe(2);
  for (const program of programs) expect((await stat(join(folder, 'image/package', program))).isFile()).toBe(true);
});

it('what is in the image lets two people talk, as a user that can write nothing there', async () => {
  const image = join(folder, 'image/package');
  await symlink(join(root, 'node_modules'), join(image, 'node_modules'));
  await chmod(folder, 0o755);
  const redis = await startOneRedis();
  const [api, worker] = await Promise.all([
    start(commandOf(/^CMD (\[.*\])$/m, dockerfile), redis.url),
    start(commandOf(/^ {2}worker:[\s\S]*? command: (\[.*\])$/m, await deployed('compose.yml')), redis.url),
  ]);
  const { port } = JSON.parse(api.line) as { port: number };
  expect(await run('bash', [join(root, 'deploy/talk.sh'), `http://127.0.0.1:${port}`])).toContain('Bob has heard Ann');
  for (const { child } of [api, worker]) {
    child.kill(/^STOPSIGNAL (SIG\w+)$/m.exec(dockerfile)?.[1] as NodeJS.Signals);
    expect(await once(child, 'exit')).toEqual([0, null]);
  }
  await redis.stop();

  async function start(
    [program = '', ...args]: string[],
    REDIS_URL: string,
  ): Promise<{ child: ChildProcess; line: string }> {
    expect(program).toBe('node');
    const user = isReadableByOthers() ? OTHER : {};
    const env = { PATH: process.env.PATH, NODE_ENV: 'production', PORT: '0', REDIS_URL };
    const child = spawn(process.execPath, args, { cwd: image, env, ...user, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return { child, line };
  }
});

/** Another user, as in the image. */
const OTHER = { uid: 1_000, gid: 1_000 };

/** Whether we may become another user, who can read Node and the packages. A project below /root is for root alone. */
function isReadableByOthers(): boolean {
  if (process.getuid?.() !== 0) return false;
  const read = "require('node:fs').readFileSync(process.argv[1])";
  const args = ['-e', read, join(root, 'node_modules/koa/package.json')];
  return spawnSync(process.execPath, args, { ...OTHER, cwd: '/' }).status === 0;
}

/** Returns the words of a command as the Dockerfile has it (JSON), or the compose file (YAML). */
function commandOf(pattern: RegExp, text: string): string[] {
  const [, list = ''] = pattern.exec(text) ?? [];
  return list.match(/[^\s,"[\]]+/g) ?? [];
}

it('no container has rights that it does not need', async () => {
  const compose = await deployed('compose.yml');
  const [, services = ''] = compose.split(/^services:$/m);
  const each =
    services
      .split(/^volumes:$/m)[0]
      ?.split(/^ {2}(?=\w+:$)/m)
      .slice(1) ?? [];
  expect(each.map((service) => service.split(':')[0])).toEqual(['redis', 'api1', 'api2', 'worker', 'proxy']);
  for (const service of each) expect(service).toMatch(/<<: \*(confined|chat)$/m);
  expect(compose).toMatch(/^x-chat: &chat\n {2}<<: \*confined$/m);
  const confined = /^x-confined: &confined\n((?: {2}.*\n)+)/m.exec(compose)?.[1] ?? '';
  for (const line of [
    'read_only: true',
    'cap_drop: [ALL]',
    'security_opt: ["no-new-privileges:true"]',
    'pids_limit: 100',
  ])
    expect(confined).toContain(`  ${line}\n`);
  expect(dockerfile.slice(dockerfile.lastIndexOf('FROM '))).toMatch(/^USER 1000:1000$/m);
});

it('the Redis of the containers has a limit of memory, at which it refuses writes and throws nothing away', async () => {
  const compose = await deployed('compose.yml');
  const [, json = ''] = /entrypoint: \[redis-server\]\s*command: (\[[\s\S]*?\])/.exec(compose) ?? [];
  const words: string[] = json.replace(/#.*$/gm, '').match(/[^\s,"[\]]+/g) ?? [];
  const after = (option: string): string | undefined => words[words.indexOf(option) + 1];
  expect(after('--maxmemory')).toMatch(/^\$\{REDIS_MAXMEMORY:-\d+\}mb$/);
  expect(after('--maxmemory-policy')).toBe('noeviction');
});

it('the health check of the image needs no Node, and goes by /ready', async () => {
  const [, json = ''] = /HEALTHCHECK[^[]*(\[[\s\S]*?\])$/m.exec(dockerfile) ?? [];
  const [shell = '', ...args] = JSON.parse(json.replaceAll('\\\n', '')) as string[];
  expect(shell).toBe('bash');
  const answers = [200, 503];
  const server = createServer((req, res) => {
    res.writeHead(req.url === '/ready' ? (answers.shift() ?? 500) : 404).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const check = (on: number) => once(spawn(shell, args, { env: { PATH: process.env.PATH, PORT: String(on) } }), 'exit');
  expect(await check(port)).toEqual([0, null]);
  expect(await check(port)).toEqual([1, null]);
  server.close();
  await once(server, 'close');
  expect(await check(port)).toEqual([1, null]);
});

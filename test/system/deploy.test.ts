/** The files of deploy/ are enough: the image gets all files that a build reads, and starts what there is. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../support/child.js';
import { deployed } from '../support/proxies.js';

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
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/build.js'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(status, `${stdout}${stderr}`).toBe(0);
});

it('what the containers run is there after a build', async () => {
  const programs = [dockerfile, await deployed('compose.yml')].flatMap((text) => text.match(/dist\/\S+?\.js/g) ?? []);
  expect(new Set(programs).size).toBe(2);
  for (const program of programs) expect((await stat(join(folder, program))).isFile()).toBe(true);
});

it('the Redis of the containers has a limit of memory, at which it refuses writes and throws nothing away', async () => {
  const compose = await deployed('compose.yml');
  const [, json = ''] = /command: (\[\s*redis-server[\s\S]*?\])/.exec(compose) ?? [];
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

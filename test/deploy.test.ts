/** What deploy/ says is enough: the image gets all files that a build reads, and starts what there is. */
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from './support/child.js';
import { deployed } from './support/proxies.js';

let folder: string;
let dockerfile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nobackend-image-'));
  dockerfile = await deployed('Dockerfile');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('the image is given all that a build reads', async () => {
  const lines = dockerfile.slice(0, dockerfile.lastIndexOf('FROM ')).split('\n').filter((line) => /^COPY (?!--from)/.test(line));
  const copied = lines.flatMap((line) => line.split(' ').slice(1, -1));
  const context = (await readFile(join(root, '.dockerignore'), 'utf8')).split('\n');
  for (const one of copied) {
    expect(context).toContain(`!${one}`);
    await cp(join(root, one), join(folder, one), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/build.js'], { cwd: folder, encoding: 'utf8' });
  expect(status, `${stdout}${stderr}`).toBe(0);
});

it('what the containers run is there after a build', async () => {
  const programs = [dockerfile, await deployed('compose.yml')].flatMap((text) => text.match(/dist\/\S+?\.js/g) ?? []);
  expect(new Set(programs).size).toBe(2);
  for (const program of programs) expect((await stat(join(folder, program))).isFile()).toBe(true);
});

/** One deploy at a time: the second says who runs, and a process that has died is no hindrance. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Child, root } from '../support/child.js';

let folder: string;
const begun: Child[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nobackend-lock-'));
});
afterEach(async () => {
  await Promise.all(begun.splice(0).map((child) => child.kill()));
  await rm(folder, { recursive: true, force: true });
});

/** A process that is the only one, or says why it is not. It goes on until it is ended. */
async function begin(): Promise<{ child: Child; said: string }> {
  const code = `
    const { takeLock } = await import(${JSON.stringify(pathToFileURL(join(root, 'scripts/lock.js')).href)});
    try { takeLock('deploy', ${JSON.stringify(folder)}); console.log('alone.'); }
    catch (error) { console.log(error.message); }
    process.on('SIGTERM', () => process.exit(0));
    setInterval(() => {}, 1_000);`;
  const args = ['--input-type=module', '-e', code];
  const [child, [said]] = await Child.start(process.execPath, args, { PATH: process.env.PATH }, /^.+\.$/m);
  begun.push(child);
  return { child, said };
}

it('the second says which process runs, and since when; after that has ended, the next one runs', async () => {
  const first = await begin();
  expect(first.said).toBe('alone.');
  const second = await begin();
  expect(second.said).toMatch(
    new RegExp(
      `^A deploy of this folder runs \\(process ${first.child.pid}, since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\)\\. Wait until it has ended\\.$`,
    ),
  );
  await second.child.stop();
  await first.child.stop();
  expect(await readdir(folder)).toEqual([]);
  expect((await begin()).said).toBe('alone.');
});

it('takes over from a process that was killed, also if another process has its number now', async () => {
  const killed = await begin();
  await killed.child.kill();
  const file = join(folder, String(killed.child.pid));
  const claim = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(join(folder, String(process.pid)), JSON.stringify({ ...claim, pid: process.pid }));
  const next = await begin();
  expect(next.said).toBe('alone.');
  expect(await readdir(folder)).toEqual([String(next.child.pid)]);
});

it('of several that start together at most one runs', async () => {
  const all = await Promise.all([begin(), begin(), begin(), begin()]);
  expect(all.filter(({ said }) => said === 'alone.').length).toBeLessThanOrEqual(1);
});

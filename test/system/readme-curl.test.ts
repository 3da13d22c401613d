/** The lines with curl in README.md and docs/room-urls.md run, as they stand there, against a chat of this test. */
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { root } from '../support/child.js';
import { ask } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const it = systemWith({});
let url: string, here: string;
it.beforeAll(({ url: started }) => {
  [url, here] = [started, new URL(started).host];
});

/** The indented lines and the code in the tables of a page that call curl. */
function curlLines(file: string): string[] {
  const page = readFileSync(`${root}/${file}`, 'utf8');
  return [...page.matchAll(/^ {4}(.*\bcurl .*)$|`(curl localhost[^`]*)`/gm)].map(
    ([, line, cell]) => line ?? cell ?? '',
  );
}

/** Runs a line in a shell, at the chat of this test. Resolves with what it prints. */
async function run(line: string): Promise<string> {
  const command = line.replaceAll('localhost:8080', here);
  return (await promisify(execFile)('sh', ['-c', command], { cwd: root, encoding: 'utf8' })).stdout;
}

it('the README has them', () => {
  expect(curlLines('README.md')).toHaveLength(8);
});

it('listen and post', async () => {
  const [listens = '', ...posts] = curlLines('README.md').filter((line) => line.includes('/r/'));
  const curl = spawn('sh', ['-c', `exec ${listens.replace('localhost:8080', here)}`]);
  let printed = '';
  curl.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const reader = await TestUser.join(url, { room: 'fiddle' });
  await until(async () => {
    const { members } = await reader.ask<{ members: object[] }>('members', { room: 'fiddle' });
    return members.length === 2;
  }, 'curl to listen');
  for (const line of posts) expect(JSON.parse(await run(line))).toMatchObject({ ok: true });
  const last = readFileSync(`${root}/README.md`, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  await until(() => printed.split('\n').length > 2, 'two lines');
  const events = printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ChatEvent);
  expect(events.map(({ text }) => text)).toEqual(['the build is green', last]);
  expect(events[0]?.from.name).toBe('build');
  curl.kill();
});

it('write a value and read it, and ask for the health', async () => {
  let token = '';
  for (const line of curlLines('README.md').filter((one) => !one.includes('/r/'))) {
    const answer = JSON.parse(await run(line.replace('token=...', `token=${token}`))) as {
      ok: boolean;
      token?: string;
    };
    expect(answer, line).toMatchObject({ ok: true });
    token = answer.token ?? token;
  }
  expect(token).not.toBe('');
});

it('call a webhook, and post a file', async () => {
  const owner = await TestUser.join(url, { room: 'hooks' });
  const { path } = await ask<{ path: string }>(url, 'incoming', { token: owner.token, room: 'hooks', name: 'CI' });
  const lines = curlLines('docs/room-urls.md').filter((line) => !line.includes('-N '));
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    const command = line.replace('/h/fiddle.h5x...', path).replace('report.txt', '.editorconfig');
    const answer = JSON.parse(await run(command)) as object;
    expect(answer, line).toMatchObject({ ok: true });
  }
});

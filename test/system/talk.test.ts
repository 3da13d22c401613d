/** The commands that talk to a chat from a terminal: `say`, `tail`, `export`, `announce`. */
import { execFile } from 'node:child_process';
import { afterEach, describe, expect } from 'vitest';
import { Child } from '../support/child.js';
import { systemWith } from '../support/fixtures/system.js';
import { PASSWORD } from '../support/host.js';
import { until } from '../support/until.js';
import { type Joined, TestUser } from '../support/user.js';

const SCRIPT = 'scripts/nobackend-chat.js';
/** More than one page of an export. */
const MANY = 120;

const it = systemWith({ apis: 1, env: { ADMIN_PASSWORD: PASSWORD, RATE_LIMITS: 'off' } });

const tails: Child[] = [];
afterEach(async () => {
  await Promise.all(tails.splice(0).map((one) => one.stop('SIGINT')));
});

interface Said {
  code: unknown;
  out: string;
  error: string;
}

function command(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Said> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env.PATH, ...env }, maxBuffer: 1e8 };
    execFile(process.execPath, [SCRIPT, ...args], options, (failure, out, error) => {
      resolve({ code: failure?.code ?? 0, out, error });
    });
  });
}

const names = async (user: TestUser): Promise<string[]> =>
  (await user.ask<{ members: { name: string }[] }>('members')).members.map(({ name }) => name);

/** The owner token of the room that a user has opened. */
const tokenOf = (user: TestUser): string => (user.joined as Joined & { owner: string }).owner;

async function tail(ready: RegExp, ...args: string[]): Promise<Child> {
  const [child] = await Child.start(process.execPath, [SCRIPT, 'tail', ...args], { PATH: process.env.PATH }, ready);
  tails.push(child);
  return child;
}

describe('tail', () => {
  it('begins with the history, ends its user at Ctrl-C, and then exits with 0', async ({ url }) => {
    const eve = await TestUser.join(url, { room: 'past', name: 'eve' });
    await eve.send('before');
    const child = await tail(/eve: before\n/, 'past', '--url', url, '--name', 'andrew');
    await until(async () => (await names(eve)).includes('andrew'), 'andrew is there');
    await eve.send('after');
    await until(() => child.output().includes('eve: after\n'), 'the next message');
    expect(await child.stop('SIGINT')).toBe(0);
    expect(await names(eve)).toEqual(['eve']);
    expect(child.output().match(/ eve: \w+$/gm)).toEqual([' eve: before', ' eve: after']);
  });

  it('goes on where it was when the chat is away for a time', async ({ system, url }) => {
    const eve = await TestUser.join(url, { room: 'gap', name: 'eve' });
    const child = await tail(/eve joined\n/, 'gap', '--url', url);
    await eve.send('before');
    await until(() => child.output().includes('eve: before\n'), 'the first message');
    await system.apis.shift()?.kill();
    await until(() => child.output().includes('No chat answers at'), 'the notice');
    await system.addApi({ PORT: new URL(url).port });
    await eve.send('after');
    await until(() => child.output().includes('eve: after\n'), 'the message after the gap', 30_000);
    expect(child.output().match(/ eve: \w+$/gm)).toEqual([' eve: before', ' eve: after']);
  });
});

describe('say', () => {
  it('says why a message is refused, in one line', async ({ url }) => {
    const owner = await TestUser.join(url, { room: 'quiet', name: 'eve' });
    await owner.ask('rules', { room: 'quiet', readonly: true });
    const refused = await command(['say', 'quiet', 'hello', '--url', url]);
    expect(refused).toEqual({ code: 1, out: '', error: expect.stringMatching(/^[^\n]+\n$/) });
    const owned = await command(['say', 'quiet', 'hello', '--url', url, '--owner', tokenOf(owner)]);
    expect(owned).toEqual({ code: 0, out: '', error: '' });
    const nobody = await command(['say', 'quiet', 'hello', '--url', 'http://127.0.0.1:9']);
    expect(nobody.error).toMatch(/^No chat answers at http:\/\/127\.0\.0\.1:9 \(.+\)\. Start it, .+\n$/);
  });
});

describe('export', () => {
  it('gives the owner and the host the same, with all pages; nobody else gets anything', async ({ url }) => {
    const owner = await TestUser.join(url, { room: 'book', name: 'eve' });
    for (let number = 0; number < MANY; number += 1) await owner.send(`${number}`);
    await owner.ask('set', { key: 'likes', value: 12 });
    await owner.ask('rules', { room: 'book', words: ['rude'] });
    const asOwner = await command(['export', 'book', '--url', url, '--owner', tokenOf(owner)]);
    expect(asOwner).toMatchObject({ code: 0, error: '' });
    const contents = JSON.parse(asOwner.out) as { messages: { text: string }[]; rules: object; values: object };
    expect(contents).toMatchObject({ version: 1, rules: { words: ['rude'] }, values: { likes: 12 } });
    expect(contents.messages.map(({ text }) => text)).toEqual(Array.from({ length: MANY }, (_, i) => `${i}`));
    const asHost = (password?: string) => command(['export', 'book', '--url', url], { ADMIN_PASSWORD: password });
    expect(await asHost(PASSWORD)).toEqual(asOwner);

    expect(await asHost('wrong')).toEqual({ code: 1, out: '', error: 'ADMIN_PASSWORD is not that of the chat.\n' });
    expect(await asHost()).toMatchObject({ code: 1, out: '', error: expect.stringMatching(/^Set ADMIN_PASSWORD /) });
    expect((await fetch(`${url}/admin/export?room=book`)).status).toBe(401);
    const stranger = await command(['export', 'book', '--url', url, '--owner', 'x'.repeat(22)]);
    expect(stranger).toMatchObject({ code: 1, out: '' });
    const nothing = await command(['export', 'nowhere', '--url', url], { ADMIN_PASSWORD: PASSWORD });
    expect(nothing).toEqual({ code: 1, out: '', error: 'There is nothing in a room of this name.\n' });
    const privateTalk = await command(['export', '1:2', '--url', url], { ADMIN_PASSWORD: PASSWORD });
    expect(privateTalk).toMatchObject({ code: 1, error: expect.stringMatching(/^Give the name of a room/) });
  });
});

describe('announce', () => {
  it('says something in all rooms, or says in one line what is not allowed', async ({ url }) => {
    const announce = (args: string[], password = PASSWORD) =>
      command(['announce', ...args, '--url', url], { ADMIN_PASSWORD: password });
    const news = async () => {
      const { room } = await TestUser.join(url, { room: 'hall' }).then(({ joined }) => joined as { room: object });
      return (room as { news?: { text: string } }).news?.text;
    };
    expect(await announce(['New', 'rules', '--for', '60'])).toMatchObject({ code: 0, error: '' });
    await until(async () => (await news()) === 'New rules', 'the announcement');
    for (const [args, error] of [
      [['--for', 'ever'], /^--for ever is not allowed: /],
      [['--for', '9999999'], /^seconds must be a whole number from 1 to 604800\.\n$/],
      [['--begins', 'noon'], /^--begins noon is not allowed: /],
    ] as const)
      expect(await announce(['x', ...args])).toEqual({ code: 1, out: '', error: expect.stringMatching(error) });
    expect((await announce(['x'], 'wrong')).error).toBe('ADMIN_PASSWORD is not that of the chat.\n');
    expect(await announce(['--end'])).toEqual({ code: 0, out: 'Taken back.\n', error: '' });
    await until(async () => (await news()) === undefined, 'its end');
  });
});

/** The Python client, with the Python of the system. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { Child, root } from '../support/child.js';
import { systemTest } from '../support/fixtures/system.js';
import { Link } from '../support/link.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const CLIENT = join(root, 'clients/python');
const PYTHON = ['/usr/bin/python3', '/opt/homebrew/bin/python3'].find((path) => existsSync(path)) ?? '';
const read = (name: string): string => readFileSync(join(CLIENT, name), 'utf8');

const it = systemTest
  .extend('folder', { scope: 'file' }, async ({ url: _ }, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'nobackend-python-'));
    onCleanup(() => rm(folder, { recursive: true, force: true }));
    return folder;
  })
  /** Starts a Python program, which can import the client. */
  .extend('start', { scope: 'file' }, ({ folder }) => async (name: string, code: string, ready = /^/) => {
    await writeFile(join(folder, name), code);
    const env = { PATH: process.env.PATH, PYTHONPATH: CLIENT, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' };
    return (await Child.start(PYTHON, ['-W', 'error', join(folder, name)], env, ready))[0];
  })
  .skipIf(PYTHON === '');

/** Waits until a program has ended by itself, and well. Resolves with its lines. */
async function linesOf(program: Child): Promise<string[]> {
  await until(() => program.ended, `the end of the program; it said ${program.output()}`, 40_000);
  expect([await program.stop(), program.output()]).toEqual([0, expect.anything()]);
  return program.output().trimEnd().split('\n');
}

it('the bot of the README answers, and leaves when it is told to end', async ({ url, start }) => {
  const [, code = ''] = /<!-- bot -->\s*```python\n([\s\S]*?)```/.exec(read('README.md')) ?? [];
  const ann = await TestUser.join(url, { room: 'fiddle', name: 'Ann' });
  const follower = ann.follow();
  const bot = await start('bot.py', code.replace('http://localhost:8080', url));
  const came = await until(() => follower.events.find(({ from }) => from.name === 'clock'), 'the bot');
  const asked = await ann.send({ room: 'fiddle', text: '!time' });
  const privately = await ann.send({ to: came.from.id, text: '!time' });
  const answerTo = ({ id }: { id: string }): Promise<ChatEvent> =>
    until(() => follower.events.find(({ re }) => re === id), 'the answer');
  expect((await answerTo(asked)).text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/);
  expect((await answerTo(privately)).private).toBe(true);
  expect([await bot.stop(), bot.output()]).toEqual([0, '']);
  await until(() => follower.events.some(({ type, from }) => type === 'left' && from.id === came.from.id), 'its end');
  await follower.stop();
});

const READER = `
import json, sys, threading
from nobackend_chat import Chat, ChatError
with Chat("URL", room="python", name="Pip") as chat:
    print("ready")
    def count():
        chat.set("list", [1, {"a": None}])
        print("sum", chat.add("n", 2), chat.add("n"), chat.get("n"), chat.get("list"), chat.get("none", 0))
        chat.set("n", None)
        print("gone", chat.get("n"))
    for event in chat:
        if event["type"] == "message":
            print(json.dumps([event["from"]["name"], event["text"]]))
            if event["text"] == "count":
                thread = threading.Thread(target=count)
                thread.start()
            elif event["text"] == "bye":
                break
            elif event["from"]["id"] != chat.user["id"]:
                chat.send(event["text"] + "!")
    thread.join()
try:
    chat.send("late")
except ChatError as error:
    print(error.code)
`;

it('a program whose answers are lost, and whose user the server forgets, reads and writes each thing once', async ({
  url,
  start,
}) => {
  const link = await Link.start(url);
  onTestFinished(() => link.close());
  const observer = await TestUser.join(url, { room: 'python', name: 'Ann' });
  const say = (text: string): Promise<unknown> => observer.send({ room: 'python', text });
  const program = await start('reader.py', READER.replace('URL', link.url), /ready/);
  const heard = (text: string): Promise<unknown> => until(() => program.output().includes(`"${text}"`), text);
  link.troubles = [
    { path: /\/api\/poll/, how: 'swallow', times: 1 },
    { path: /\/api\/send/, how: 'swallow', times: 1 },
  ];
  await say('one');
  await heard('one!');
  link.troubles = [
    { path: /\/api\/poll/, how: 'answer', text: refusal('unauthorized'), times: 1 },
    { path: /\/api\/join/, how: 'answer', text: refusal('unavailable', { retryAfter: 1 }), times: 1 },
  ];
  await link.close();
  await say('two');
  await link.open();
  await heard('two!');
  await say('count');
  await until(() => program.output().includes('gone'), 'the values');
  await say('bye');
  expect(await linesOf(program)).toEqual([
    'ready',
    '["Ann", "one"]',
    '["Pip", "one!"]',
    '["Ann", "two"]',
    '["Pip2", "two!"]',
    '["Ann", "count"]',
    "sum 2 3 3 [1, {'a': None}] 0",
    'gone None',
    '["Ann", "bye"]',
    'left',
  ]);
});

const refusal = (code: string, details = {}): string =>
  JSON.stringify({ ok: false, error: { code, message: code, ...details } });

it('a program reads why it cannot join', async ({ url, start }) => {
  const code = (server: string, more: string): string =>
    `import nobackend_chat\ntry:\n  nobackend_chat.RETRY_FOR_S = 0\n  nobackend_chat.Chat("${server}"${more})\nexcept nobackend_chat.ChatError as error:\n  print(error.code, error)`;
  const wrong = await linesOf(await start('wrong.py', code(url, ', room="no room"')));
  expect(wrong).toEqual([expect.stringMatching(/^bad_request room/)]);
  const bare = await linesOf(await start('bare.py', code('127.0.0.1:1', '')));
  expect(bare).toEqual(["bad_request server must begin with https:// or http://, not '127.0.0.1:1'."]);
  const away = await linesOf(await start('away.py', code('http://127.0.0.1:1', '')));
  expect(away).toEqual([expect.stringMatching(/^network No chat server answered: .*refused/)]);
});

it('the client has the version of the server', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(read('nobackend_chat.py')).toContain(`\n__version__ = "${version}"\n`);
});

/** The npm package in Node: programs talk by it, and end by themselves. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { ChatEvent, UserRef } from '../../shared/protocol/events.js';
import { Child } from '../support/child.js';
import { installClient } from '../support/client-package.js';
import { systemTest } from '../support/fixtures/system.js';
import { Link } from '../support/link.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

/** Answers each `!sum` with an edit and a reaction, keeps the sum as a value, and leaves after `!bye`. */
const BOT = `
import { join } from 'nobackend-chat-client';
const chat = join({ ...JSON.parse(process.argv[2]), name: 'adder' });
chat.on('message', async ({ id, from, text }) => {
  if (from.id === chat.user.id) return;
  if (text === '!bye') return chat.leave();
  const [, number] = /^!sum (\\d+)$/.exec(text) ?? [];
  const sum = await chat.values.add('sum', Number(number));
  await chat.react(id, '\\u{1F44D}');
  const sent = await chat.send({ text: 'thinking', re: id });
  await chat.edit(sent.id, 'sum: ' + sum);
});
await chat.ready;
console.log('ready');
`;

const FORGOTTEN = '{"ok":false,"error":{"code":"unauthorized","message":"no such user"}}';

/** Prints what it sees of the bot's work, as lines of JSON. */
const PERSON = `
import { join } from 'nobackend-chat-client';
const chat = join({ ...JSON.parse(process.argv[2]), name: 'Ann' });
const { members } = await chat.ready;
const once = (name, wanted) => new Promise((resolve) => {
  const stop = chat.on(name, (event) => {
    if (!wanted(event)) return;
    stop();
    resolve(event);
  });
});
const told = [];
chat.values.on('sum', (sum) => told.push(sum ?? null));
const reacted = once('reacted', () => true);
const edited = once('edited', () => true);
const { id } = await chat.send('!sum 2');
const { text } = await edited;
const { reactions } = await reacted;
const second = once('edited', () => true);
await chat.send('!sum 3');
await second;
await chat.signal({ x: 1 });
const gone = once('left', () => true);
await chat.send('!bye');
const { from } = await gone;
const { events } = await chat.history({ types: ['message'] });
const answer = events.find(({ re }) => re === id);
console.log(JSON.stringify({ members, text, reactions, told, from, answer, transport: chat.transport }));
await chat.leave();
`;

const it = systemTest.extend('project', { scope: 'file' }, async ({ url: _ }, { onCleanup }) => {
  const project = await installClient();
  onCleanup(() => project.remove());
  await Promise.all([project.write('bot.mjs', BOT), project.write('person.mjs', PERSON)]);
  return project;
});

it('the bot of the README answers, and ends when it is told to', async ({ url, project }) => {
  const page = await readFile(join(project.folder, 'node_modules/nobackend-chat-client/README.md'), 'utf8');
  const [, code = ''] = /<!-- bot -->\s*```js\n([\s\S]*?)```/.exec(page) ?? [];
  const bot = await start(await project.write('clock.mjs', code.replace('http://localhost:8080', url)), {});
  const ann = await TestUser.join(url, { room: 'fiddle', name: 'Ann' });
  const follower = ann.follow();
  const isBot = ({ type, from }: ChatEvent): boolean => type === 'joined' && from.name === 'clock';
  const isThere = ann.joined.room.members.some(({ name }) => name === 'clock');
  await until(() => isThere || follower.events.some(isBot), 'the bot');
  const { id } = await ann.send({ room: 'fiddle', text: '!time' });
  const answer = await until(() => follower.events.find(({ re }) => re === id), 'the answer');
  expect(answer.text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect([await bot.stop(), bot.output()]).toEqual([0, '']);
  await until(() => follower.events.some(({ type, from }) => type === 'left' && from.id === answer.from.id), 'its end');
  await follower.stop();
});

/** Waits until a program has ended by itself, and well. Resolves with what it has printed. */
async function ended(child: Child): Promise<string> {
  await until(() => child.ended, `the end of ${child.pid}; it said ${child.output()}`, 30_000);
  expect([await child.stop(), child.output()]).toEqual([0, expect.anything()]);
  return child.output();
}

const start = async (script: string, options: object, ready = /^/): Promise<Child> =>
  (await Child.start(process.execPath, [script, JSON.stringify(options)], { PATH: process.env.PATH }, ready))[0];

for (const transport of ['auto', 'poll'] as const)
  it(`two programs talk (${transport}), and both end when they leave`, async ({ url, project }) => {
    const options = { server: url, room: `node-${transport}`, transport };
    const bot = await start(`${project.folder}/bot.mjs`, options, /ready/);
    const person = await start(`${project.folder}/person.mjs`, options);
    const said = JSON.parse(await ended(person));
    expect(await ended(bot)).toBe('ready\n');
    expect(said).toMatchObject({
      text: 'sum: 2',
      reactions: [{ count: 1, users: [{ name: 'adder' }] }],
      from: { name: 'adder' },
      answer: { text: 'sum: 2', from: { name: 'adder' } },
      transport: 'fetch',
    });
    expect(said.members.map(({ name }: UserRef) => name)).toEqual(['adder', 'Ann']);
    expect(said.told).toEqual([null, 2, 5]);
    const observer = await TestUser.join(url, { room: options.room });
    expect(observer.joined.room.members.map(({ name }) => name)).toEqual([observer.name]);
  });

it('a program whose answer is lost, and whose user the server forgets, goes on and sends once', async ({
  url,
  project,
}) => {
  const room = 'node-lost';
  const link = await Link.start(url);
  onTestFinished(() => link.close());
  const observer = await TestUser.join(url, { room });
  const follower = observer.follow();
  const bot = await start(`${project.folder}/bot.mjs`, { server: link.url, room }, /ready/);
  link.troubles = [{ path: /\/api\/send/, how: 'swallow', times: 1 }];
  await observer.send({ room, text: '!sum 1' });
  await until(() => follower.events.some(({ text }) => text === 'sum: 1'), 'the answer');
  link.troubles = [{ path: /\/api\/(poll|stream)/, how: 'answer', text: FORGOTTEN, times: 1 }];
  await link.close();
  await link.open();
  const anew = await until(() => follower.events.find(({ from }) => from.name === 'adder2'), 'another user');
  await observer.send({ room, text: '!sum 2' });
  await until(() => follower.events.some(({ text }) => text === 'sum: 3'), 'the next answer');
  await observer.send({ room, text: '!bye' });
  expect(await ended(bot)).toBe('ready\n');
  await until(() => follower.events.some(({ type, from }) => type === 'left' && from.id === anew.from.id), 'its end');
  expect(follower.texts()).toEqual(['!sum 1', 'thinking', '!sum 2', 'thinking', '!bye']);
  await follower.stop();
});

it('a program reads why it cannot join, and ends', async ({ url, project }) => {
  const wrong = await project.write(
    'wrong.mjs',
    `import { join } from 'nobackend-chat-client';
     import 'nobackend-chat-client/element';
     for (const options of [{}, { server: ${JSON.stringify(url)}, room: 'no room' }])
       await join(options).ready.catch(({ code, field }) => console.log(code, field));
     for (const options of [{ server: 'http://localhost:1', transport: 'jsonp' }, { server: 'localhost:1' }])
       try { join(options) } catch ({ message }) { console.log(message) }
     const chat = join({ server: 'http://localhost:1' });
     chat.on('state', ({ state }) => state === 'reconnecting' && chat.leave());
     await chat.doctor().catch(({ message }) => console.log(message));`,
  );
  const output = await ended(await start(wrong, {}));
  expect(output.replace(/^.*ChatError[\s\S]*?^}\n/gm, '').split('\n')).toEqual([
    'bad_request server',
    'bad_request room',
    'transport: "jsonp" needs a document.',
    'Set `server` to the https:// address of the chat.',
    'This needs a document.',
    '',
  ]);
});

it('an error that nobody catches shows its message, not the library', async ({ url, project }) => {
  const path = await project.write(
    'careless.mjs',
    `import { join } from 'nobackend-chat-client';
     const chat = join({ server: ${JSON.stringify(url)}, room: 'careless' });
     await chat.send('');`,
  );
  const program = await start(path, {});
  await until(() => program.ended, 'its end', 30_000);
  expect(program.output()).toContain('text must have 1 to 2000 characters');
  expect(program.output().length).toBeLessThan(3_000);
});

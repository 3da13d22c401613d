/** The npm package of the clients, installed into an empty folder. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../support/child.js';
import { installClient, type Project } from '../support/client-package.js';

const run = promisify(execFile);

let project: Project;
let readme: string;
let types: string;

beforeAll(async () => {
  project = await installClient(['react', 'react-dom', 'scheduler', '@types/react', 'vue']);
  const read = (name: string): Promise<string> => readFile(join(installed(), name), 'utf8');
  [readme, types] = await Promise.all([read('README.md'), read('chat.d.mts')]);
});
afterAll(() => project.remove());

const installed = (): string => join(project.folder, 'node_modules/nobackend-chat-client');

/** The names of the members of an interface in the types. */
function membersOf(name: string): string[] {
  const body = new RegExp(`interface ${name} \\{([\\s\\S]*?)\\n\\}`).exec(types)?.[1] ?? '';
  return [...body.matchAll(/^ {4}(?:readonly )?(\w+)[?<(:]/gm)].map(([, member = '']) => member);
}

/** The members of an object that the README names, as `chat.send`. */
function namedOf(object: string): string[] {
  const text = readme.replace(/chat\.(example\.org|js|mjs|d\.mts)/g, '');
  return [...text.matchAll(new RegExp(`\\b${object}\\.(\\w+)`, 'g'))].map(([, member = '']) => member);
}

describe('the npm package', () => {
  it('has its entries, their types, README, changelog and licence', async () => {
    const others = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', ...ELEMENT];
    const entries = ['chat', 'rooms', 'react', 'vue'].flatMap((name) => [`${name}.mjs`, `${name}.d.mts`]);
    expect(project.files.sort()).toEqual([...others, ...entries].sort());
    for (const name of project.files)
      expect(await readFile(join(installed(), name), 'utf8')).not.toContain('sourceMappingURL');
  });

  it('names only files that it has, and the version of the server', async () => {
    const about = JSON.parse(await readFile(join(installed(), 'package.json'), 'utf8'));
    const named = Object.values(about.exports as Record<string, object>).flatMap((one) => Object.values(one));
    expect(named).toContain('./chat.mjs');
    expect(project.files).toEqual(expect.arrayContaining(named.map((path: string) => path.replace('./', ''))));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    expect(about.version).toBe(version);
  });

  it.each([
    ['esnext', 'bundler'],
    ['node16', 'node16'],
  ])('has types that a strict compiler reads with --module %s --moduleResolution %s', async (module, resolution) => {
    const options = ['--module', module, '--moduleResolution', resolution];
    const wrong = PROGRAM.replace('room:', 'rom:').replace('/element', '/elephant');
    const said = await Promise.all([faults('program.ts', PROGRAM, options), faults('wrong.ts', wrong, options)]);
    expect(said).toEqual(['', expect.stringMatching(/nobackend-chat-client\/elephant[\s\S]*'rom' does not exist/)]);
  });

  it('renders components on a server, and joins nothing there', async () => {
    const program = await project.write('render.mjs', RENDER);
    expect((await run(process.execPath, [program])).stdout).toBe('<p>connecting 0 5</p>\n<p>connecting 0 5</p>\n');
  });

  it('has a README that names every option of join, and only members that there are', () => {
    for (const option of membersOf('JoinOptions')) expect(readme).toContain(`| \`${option}\` |`);
    expect(membersOf('JoinOptions')).toContain('room');
    expect(namedOf('chat')).toContain('send');
    expect(membersOf('Chat')).toEqual(expect.arrayContaining(namedOf('chat')));
    expect(namedOf('values')).toContain('set');
    expect(membersOf('ChatValues')).toEqual(expect.arrayContaining(namedOf('values')));
  });
});

const ELEMENT = ['element-in-page.mjs', 'element.mjs', 'elements.d.ts'];

/** A program of a bot, and components. */
const PROGRAM = `
import { ChatProvider, useChat, useMembers, useValue } from 'nobackend-chat-client/react';
import { provideChat, useChat as useVueChat, useValue as useVueValue } from 'nobackend-chat-client/vue';
import { type Chat, type ChatFailure, join } from 'nobackend-chat-client';
import 'nobackend-chat-client/element';
const chat: Chat = join({ server: 'https://chat.example.org', room: 'fiddle' });
chat.on('message', ({ from, text }) => console.log(from.name, text?.toUpperCase()));
chat.on('error', ({ code }: ChatFailure) => console.error(code satisfies string));
export const sent: Promise<number> = chat.send('hello').then(({ at }) => at);
export function useIt(): [number, string, (by?: number) => Promise<number>] {
  const { messages, send, user } = useChat({ server: ['https://a.example'], tabs: 'own' });
  const [likes, setLikes, add] = useValue('likes', 0);
  void setLikes(likes + 1).then(() => send({ text: user?.name ?? 'nobody' }));
  return [messages.length + likes, useMembers()[0]?.name ?? '', add];
}
export const provider = ChatProvider({ server: 'https://a.example', children: 'text' }).key;
export function setup(): string {
  provideChat(() => ({ server: 'https://a.example' }));
  useVueValue('likes', 0).value++;
  return useVueChat().messages.value.map(({ text }) => text ?? '').join();
}
`;

/** It ends by itself only if it has joined nothing. */
const RENDER = `
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { createSSRApp, h } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';
import * as react from 'nobackend-chat-client/react';
import * as vue from 'nobackend-chat-client/vue';
import 'nobackend-chat-client/element';
const server = 'http://localhost:1';
function Page() {
  const { state, messages } = react.useChat();
  return createElement('p', null, [state, messages.length, react.useValue('n', 5)[0]].join(' '));
}
console.log(renderToString(createElement(react.ChatProvider, { server }, createElement(Page))));
const setup = () => {
  const { state, messages } = vue.useChat({ server });
  const n = vue.useValue('n', 5, { server });
  return () => h('p', [state.value, messages.value.length, n.value].join(' '));
};
const app = createSSRApp({ setup });
console.log(await renderVue(app));
`;

/** Returns what the compiler says of a file of the project. Its own types are checked too. */
async function faults(path: string, text: string, options: string[]): Promise<string> {
  const file = await project.write(path, text);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const strict = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom', '--types', ''];
  const done = run(process.execPath, [tsc, ...strict, ...options, file], { cwd: project.folder });
  return done.then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
}

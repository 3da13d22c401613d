/** The types of the elements as the npm package has them, read by the TypeScript compiler of a page's project. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../support/child.js';

const run = promisify(execFile);
const IMPORT = "import type {} from 'nobackend-chat-client/elements';\n";
const DOM = `${IMPORT}
const chat = document.querySelector('nobackend-chat');
chat?.addEventListener('unread', ({ detail, mentions }): number => detail + mentions);
chat?.addEventListener('click', ({ clientX }): number => clientX);
chat?.chat?.send({ text: 'hello' }).then(({ id }): string => id);
chat?.chat?.on('reacted', ({ reacted, reactions }): [string, number] => [reacted, reactions.length]);
chat?.chat?.on('edited', ({ edited, text }): string => edited + text.trim());
if (chat) chat.texts = { send: 'Post' };
document.createElement('nobackend-poll').addEventListener('vote', ({ detail }): string => detail);
document.createElement('nobackend-count').addEventListener('like', ({ detail }): boolean => detail);
`;
const JSX = `${IMPORT}
export const page = <p>
  <nobackend-chat room="fiddle" theme="dark" mode="bubble" notify="title" id="chat" />
  <nobackend-poll of="drinks" closed><li>Tea</li></nobackend-poll>
  <nobackend-count of="likes" />
</p>;
`;
/** As little of React 19, and of Preact, as tells where their elements are declared. */
const LIBRARY = 'export namespace JSX { interface Element {} interface IntrinsicElements { p: object; li: object } }';
const runtimeOf = (name: string): string =>
  `import { JSX } from '${name}'; export { JSX }; export function jsx(): JSX.Element; export function jsxs(): JSX.Element;`;

let folder: string;

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nobackend-types-'));
  await mkdir(join(folder, 'node_modules'));
  await cp(join(root, 'dist/apps/web/package'), join(folder, 'node_modules/nobackend-chat-client'), {
    recursive: true,
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Returns what the compiler says of a file of the page's project. */
async function faults(path: string, text: string, ...options: string[]): Promise<string> {
  await write(path, text);
  const strict = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', ''];
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const done = run(process.execPath, [tsc, ...strict, '--lib', 'es2022,dom', ...options, path], { cwd: folder });
  return done.then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
}

describe('the types of the elements', () => {
  it('know elements, members and events in the DOM', async () => {
    expect(await faults('dom.ts', DOM)).toBe('');
    const wrong = await faults('wrong.ts', DOM.replace('): boolean => detail', '): string => detail'));
    expect(wrong).toContain("Type 'boolean' is not assignable to type 'string'");
    expect(await faults('wrong.ts', DOM.replace('text: ', 'txt: '))).toContain('txt');
  });

  it.each(['react', 'preact'])('know elements and attributes in the JSX of %s', async (name) => {
    const exports = { '.': './index.d.ts', './jsx-runtime': './jsx-runtime.d.ts' };
    await write(`node_modules/${name}/package.json`, JSON.stringify({ name, type: 'module', exports }));
    await write(`node_modules/${name}/index.d.ts`, LIBRARY);
    await write(`node_modules/${name}/jsx-runtime.d.ts`, runtimeOf(name));
    const options = ['--jsx', 'react-jsx', '--jsxImportSource', name];
    expect(await faults('page.tsx', JSX, ...options)).toBe('');
    expect(await faults('wrong.tsx', JSX.replace('"dark"', '"blue"'), ...options)).toContain('\'"blue"\'');
  });

  it('know them in a global JSX', async () => {
    const text = `${JSX} declare global { namespace JSX { interface Element {} interface IntrinsicElements { p: object; li: object } } }`;
    expect(await faults('page.tsx', text, '--jsx', 'preserve')).toBe('');
    expect(await faults('wrong.tsx', text.replace('"dark"', '{1}'), '--jsx', 'preserve')).toContain("Type 'number'");
  });
});

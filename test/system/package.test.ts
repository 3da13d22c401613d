/** The npm package of the browser library, as `npm pack` makes it from what the build leaves. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../support/child.js';

const run = promisify(execFile);

let folder: string;
let readme: string;
let types: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nobackend-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: join(root, 'dist/apps/web/package'),
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await run('tar', ['-xf', join(folder, filename), '-C', folder]);
  const read = (name: string): Promise<string> => readFile(join(folder, 'package', name), 'utf8');
  [readme, types] = await Promise.all([read('README.md'), read('chat.d.mts')]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

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
  it('has the module, its types, README, changelog and licence', async () => {
    const { stdout } = await run('tar', ['-tf', join(folder, `nobackend-chat-client-${await version()}.tgz`)]);
    expect(stdout.trim().split('\n').sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'chat.d.mts', 'chat.mjs', 'elements.d.ts', 'package.json'].map(
        (name) => `package/${name}`,
      ),
    );
  });

  it('has a module that can be loaded outside of a page, and says that join cannot be called there', async () => {
    const module = (await import(join(folder, 'package/chat.mjs'))) as { join: (options: object) => unknown };
    expect(await readFile(join(folder, 'package/chat.mjs'), 'utf8')).not.toContain('sourceMappingURL');
    expect(() => module.join({ server: 'http://localhost:1' })).toThrow('join needs a browser page.');
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

const version = async (): Promise<string> =>
  (JSON.parse(await readFile(join(folder, 'package/package.json'), 'utf8')) as { version: string }).version;

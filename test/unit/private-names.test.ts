/** The names of members that the build of the browser's scripts shortens. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

type NamesOf = (files: string[], isKin?: (file: string) => boolean) => { own: string[]; others: string[] };
const { privateNames } = (await import('../../apps/web/private-names.js' as string)) as {
  privateNames(root: string, types: string): Promise<NamesOf>;
};

const OWN = 'apps/web/client/own.ts';
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'private-names-'));
});
afterEach(() => rm(root, { recursive: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

/** Returns the names of the script `own.ts`, whose class has the member `secretly`, beside other files. */
async function namesBeside(others: Record<string, string>, code = '', stranger = ''): Promise<string[]> {
  await write('shared/protocol/events.ts', '');
  await write(
    'node_modules/@typescript/typescript-x/lib/lib.dom.d.ts',
    'interface Window {\n    scrollX: number;\n}\n',
  );
  for (const [path, text] of Object.entries({ ...others, [OWN]: `// the member\n${code}` })) {
    await write(path, text);
    await write(`types/${path.replace('.ts', '.d.ts')}`, path === OWN ? CLASS : '');
  }
  await write('types/shared/protocol/events.d.ts', '');
  return (await privateNames(root, join(root, 'types')))([OWN], (file) => file !== stranger).own;
}
const CLASS = `/** A class. */
export declare class Own {
    private readonly secretly;
    scrollX: number;
    static(): void;
    connectedCallback(): void;
}
`;

describe('a name that the build shortens', () => {
  it('is a member of the script, and neither the language nor the browser has it', async () => {
    expect(await namesBeside({})).toEqual(['secretly', 'static']);
  });

  it.each([
    ['a file of another script', { 'apps/web/tools/index.ts': 'tools.secretly();' }],
    ['a file of types, which no script contains', { 'apps/web/client/stored.ts': 'interface Stored { secretly: 1 }' }],
    ['the protocol', { 'shared/protocol/operations.ts': "const fields = { a: 'the secretly kept' };" }],
  ])('is no word in %s', async (_, others) => {
    expect(await namesBeside(others)).toEqual(['static']);
  });

  it('may be a word in a file of a script that shares no object with this one', async () => {
    const other = 'apps/web/element/index.ts';
    expect(await namesBeside({ [other]: 'element.secretly();' }, '', other)).toContain('secretly');
  });

  it('is no text in the code, by which it could be looked up', async () => {
    expect(await namesBeside({}, "if ('secretly' in own) act();")).toEqual(['static']);
  });

  it('may be a word in a comment', async () => {
    expect(await namesBeside({ 'apps/web/tools/index.ts': '  /** secretly */\n// secretly' })).toContain('secretly');
  });
});

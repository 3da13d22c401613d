/** Builds the npm package `nobackend-chat-client`. `apps/web/build.js` calls this: the module and the element are its. */
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { transform } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const run = promisify(execFile);

/** The entries of the package that are no bundles: each is one file here, and becomes one file there. */
const ENTRIES = ['element'];
/** Where the sources import from, and what the package has instead. */
const ADDRESSES = [
  [/(['"])[./]+\/client\/(?:module|api)\.js\1/g, "'./chat.mjs'"],
  [/(['"])(\.\/[\w-]+)\.js\1/g, "'$2.mjs'"],
];
const inPackage = (text) => ADDRESSES.reduce((done, [from, to]) => done.replace(from, to), text);

/** Adds the entries, their types and the texts to `folder`, which has the element already. `site`: the module is there. */
export async function buildPackage({ site, folder, about }) {
  const template = JSON.parse(await readFile(join(here, 'package.json'), 'utf8'));
  await writeFile(join(folder, 'package.json'), `${JSON.stringify({ ...template, ...about }, null, 2)}\n`);
  await Promise.all([types(folder), ...ENTRIES.map((name) => entry(folder, name))]);
  await cp(join(site, 'chat.mjs'), join(folder, 'chat.mjs'));
  for (const name of ['chat.d.mts', 'elements.d.ts']) await cp(join(site, name), join(folder, name));
  for (const name of ['README.md', 'CHANGELOG.md']) await cp(join(here, name), join(folder, name));
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  await withoutMaps(folder);
}

async function entry(folder, name) {
  const source = await readFile(join(here, `${name}.ts`), 'utf8');
  const { code } = await transform(source, { loader: 'ts', format: 'esm', target: 'es2020' });
  await writeFile(join(folder, `${name}.mjs`), inPackage(code));
}

/** Checks the types of the entries, and writes those that others see. */
async function types(folder) {
  const made = join(folder, 'types');
  await run(join(root, 'node_modules/.bin/tsc'), ['-p', here, '--outDir', made]);
  await mkdir(made, { recursive: true });
  await rm(made, { recursive: true });
}

/** The source maps stay on the server. */
async function withoutMaps(folder) {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    if (name.endsWith('.map')) await rm(file);
    if (!name.endsWith('.mjs')) continue;
    await writeFile(file, (await readFile(file, 'utf8')).replace(/\n\/\/# sourceMappingURL=.*/, '\n'));
  }
}

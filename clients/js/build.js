/**
 * Builds the npm package `nobackend-chat-client`. `apps/web/build.js` calls this: the module and the element are its.
 */
import { execFile } from 'node:child_process';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, transform } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const run = promisify(execFile);

/** The files of the package that are built from one file here each. They import each other. */
const ENTRIES = ['element', 'rooms', 'react', 'vue'];
/** Where the sources import from, and where the package has it. */
const ADDRESSES = [
  [/^[./]+.*\/client\/(?:module|api)\.js$/, './chat.mjs'],
  [/^[./]+.*\/protocol\/events\.js$/, './chat.mjs'],
  [/^(\.\/[\w-]+)\.js$/, '$1.mjs'],
];
const addressOf = (path) => ADDRESSES.reduce((done, [from, to]) => done.replace(from, to), path);

/**
 * Adds the entries, their types and the texts to `folder`, which has the element already. `site`: the module is there.
 */
export async function buildPackage({ site, folder, about }) {
  const template = JSON.parse(await readFile(join(here, 'package.json'), 'utf8'));
  await writeFile(join(folder, 'package.json'), `${JSON.stringify({ ...template, ...about }, null, 2)}\n`);
  await Promise.all([types(folder), ...ENTRIES.map((name) => entry(folder, name))]);
  await writeFile(join(folder, 'chat.mjs'), await inShortLines(await readFile(join(site, 'chat.mjs'), 'utf8')));
  for (const name of ['chat.d.mts', 'elements.d.ts']) await cp(join(site, name), join(folder, name));
  for (const name of ['README.md', 'CHANGELOG.md']) await cp(join(here, name), join(folder, name));
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  await withoutMaps(folder);
}

async function entry(folder, name) {
  await build({
    entryPoints: [join(here, `${name}.ts`)],
    outfile: join(folder, `${name}.mjs`),
    bundle: true,
    format: 'esm',
    target: 'es2020',
    charset: 'ascii',
    external: ['react', 'vue'],
    plugins: [{ name: 'package', setup: (builder) => builder.onResolve({ filter: /./ }, stay) }],
  });
}

/** Node prints the whole source line of an error that nobody catches. It is to show the message, not the library. */
async function inShortLines(module) {
  const { code } = await transform(module, {
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 100,
    target: 'es2020',
  });
  return code;
}

/** Other entries stay where they are. All else that the sources import becomes a part of the entry. */
function stay({ path, importer }) {
  const isOther = dirname(importer) === here && /\/client\/module\.js$|^\.\/(rooms|element-in-page)\.js$/.test(path);
  return isOther ? { path: addressOf(path), external: true } : undefined;
}

/** Checks the types of the entries, and writes those that others see. */
async function types(folder) {
  const made = join(folder, 'types');
  await run(join(root, 'node_modules/.bin/tsc'), ['-p', here, '--outDir', made]);
  for (const name of ['rooms', 'react', 'vue']) {
    const text = await readFile(join(made, `clients/js/${name}.d.ts`), 'utf8');
    const inPackage = text.replace(/(?<= from ')[^']+/g, addressOf);
    await writeFile(join(folder, `${name}.d.mts`), inPackage);
  }
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

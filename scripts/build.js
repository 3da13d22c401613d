/**
 * `npm run build` compiles everything into dist/, with the web pages, and with the Lua scripts beside the code that
 * loads them. It does nothing when no source has changed; `--force` builds anyway. A build that fails leaves the last
 * one as it is.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { asScript, run } from './command.js';
import { inProject, isMain, root } from './project.js';

const inputs = [
  'apps',
  'clients/js',
  'shared',
  'scripts/build.js',
  'tsconfig.json',
  'package-lock.json',
  'package.json',
  'README.md', // the front page shows its example
  'LICENSE', // the package of the library contains it
];
const compiled = ['apps/api', 'apps/worker', 'shared'];
const luaFolder = 'shared/store/lua';
const webBuild = 'apps/web/build.js';
const stampFile = inProject('dist/.inputs');

export async function build({ force = false } = {}) {
  const stamp = await hashOfInputs();
  if (!force && stamp === (await lastStamp())) return;
  await run('Building', process.execPath, [inProject('node_modules/typescript/bin/tsc'), '--noEmitOnError']);
  await removeStale();
  await copyLua();
  await writeVersion();
  if (existsSync(inProject(webBuild))) await run('Building the web pages', process.execPath, [inProject(webBuild)]);
  await writeFile(stampFile, stamp);
}

/** Resolves with one hash of the names and contents of all files that a build depends on. */
async function hashOfInputs() {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const file of await filesIn(input))
      hash
        .update(file)
        .update('\0')
        .update(await readFile(inProject(file)));
  }
  return hash.digest('hex');
}

const lastStamp = () => readFile(stampFile, 'utf8').catch(() => null);

/**
 * Resolves with all files below a folder in a fixed order, or with the file itself, or with none where there is
 * nothing.
 */
async function filesIn(/** @type {string} */ path) {
  if (!existsSync(inProject(path))) return [];
  const entries = await readdir(inProject(path), { withFileTypes: true, recursive: true }).catch(() => null);
  if (entries === null) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** Removes what was compiled from sources that no longer exist. */
async function removeStale() {
  for (const folder of compiled) {
    for (const file of await filesIn(join('dist', folder))) {
      if (!existsSync(inProject(sourceOf(file)))) await rm(inProject(file));
    }
  }
}

const sourceOf = (/** @type {string} */ file) => relative('dist', file).replace(/\.js(\.map)?$/, '.ts');

async function copyLua() {
  if (existsSync(inProject(luaFolder)))
    await cp(inProject(luaFolder), inProject('dist', luaFolder), { recursive: true });
}

/** Writes what a process and pm2 read of package.json, so that dist/ has its version wherever it is. */
async function writeVersion() {
  const { version, type } = JSON.parse(await readFile(inProject('package.json'), 'utf8'));
  await writeFile(inProject('dist/package.json'), `${JSON.stringify({ version, type })}\n`);
}

if (isMain(import.meta.url)) asScript(() => build({ force: process.argv.includes('--force') }));

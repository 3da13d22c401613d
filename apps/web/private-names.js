/** Finds the members of a script's objects that no other code knows. The build may shorten their names. */

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Comments that begin a line. */
const COMMENT = /^ *(?:\/\*[\s\S]*?\*\/|\/\/.*)/gm;
const ADDRESS = / from '.*'/g;
/** A text of one word may be the name of a member. */
const ONE_WORD = /'(\w+)'/g;
const WORD = /(\w+)/g;
/** A member in a file of declarations, as the TypeScript compiler writes it. */
const MEMBER = /^ {4,}(?:(?:private|readonly|get|set) )*(\w+)\??[:(;<]/gm;

/**
 * These files are in the scripts, but other code knows what they declare. Pages use the elements' own members, and the
 * keys of all texts.
 */
const KNOWN = [
  'client/registry',
  'element/element',
  'element/texts',
  'moderation-tools/texts',
  'notices/texts',
  'talk/texts',
  'widgets/texts',
  'widgets/widget',
].map((name) => `apps/web/${name}.ts`);
const isKnown = (file) => file.startsWith('shared/protocol/') || KNOWN.includes(file);
/** The browser calls these members of an element by name. TypeScript declares them nowhere. */
const CALLBACK = /Callback$/;

/**
 * Reads the sources of `root`. `types`: the folder with their declarations. Returns a function that, for a script of
 * these files, returns the names that are its own: members that the files declare, and no word in any `other` file,
 * if that `isKin`: a file of a script that shares no object with this one is not. Files of types alone are built into no
 * script. They declare all that goes to the page, the storage or other tabs, so these names stay, as do those of the
 * protocol and the browser.
 */
export async function privateNames(root, types) {
  const files = await Promise.all((await sourcesOf(root)).map((file) => read(root, types, file)));
  const browser = await browserNames(root);
  return (ownFiles, isKin = () => true) => {
    const isOwn = ({ file }) => ownFiles.includes(file) && !isKnown(file);
    const known = files.filter(({ file }) => isKnown(file) || isKin(file));
    const others = new Set(browser.concat(known.flatMap((one) => (isOwn(one) ? one.texts : one.words))));
    const members = new Set(files.filter(isOwn).flatMap((one) => one.members));
    return { own: [...members].filter((name) => !others.has(name) && !CALLBACK.test(name)), others: [...others] };
  };
}

/** Returns all sources of the browser's scripts, and of the protocol. */
async function sourcesOf(root) {
  const folders = ['apps/web', 'shared/protocol'].map((folder) => join(root, folder));
  const found = folders.map(async (folder) =>
    (await readdir(folder, { recursive: true })).map((name) => relative(root, join(folder, name))),
  );
  return (await Promise.all(found)).flat().filter((name) => /(?<!\.d)\.ts$/.test(name));
}

async function read(root, types, file) {
  const source = await readFile(join(root, file), 'utf8');
  const code = source.replace(COMMENT, '').replace(ADDRESS, '');
  const declared = await readFile(join(types, file.replace(/\.ts$/, '.d.ts')), 'utf8');
  return { file, words: all(WORD, code), texts: all(ONE_WORD, code), members: all(MEMBER, declared) };
}

/** Returns the names of all members that the language and the browser have, as TypeScript declares them. */
async function browserNames(root) {
  const packages = join(root, 'node_modules/@typescript');
  const files = (await readdir(packages, { recursive: true })).filter((name) => /\blib\.[\w.]+\.d\.ts$/.test(name));
  if (!files.length) throw new Error(`${packages} has no declarations of the browser.`);
  const texts = await Promise.all(files.map((name) => readFile(join(packages, name), 'utf8')));
  return texts.flatMap((text) => all(MEMBER, text));
}

const all = (pattern, text) => [...text.matchAll(pattern)].map(([, found]) => found);

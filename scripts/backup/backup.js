/**
 * `npm run backup -- [FILE or FOLDER] [--keep 14]` writes all data of the chat, as they are at one moment, into a file.
 * The chat may run, or not. Without a file it makes one with the time in its name, in `.data/backups`. `--keep` removes
 * all but the newest files of this kind from the folder.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { asScript } from '../command.js';
import { Problem } from '../problem.js';
import { withPlace } from './place.js';
import { backUp, backupFolder, fileName, makeFolder } from './take.js';

/** The name of a file that was given none: chat-2026-11-29T14-00-00-000Z.backup. */
const NAME = /^chat-[\dTZ-]+\.backup$/;

async function backup() {
  const { path, keep } = readArguments();
  const header = await withPlace({ create: false }, (place) => backUp(place, path));
  const megabytes = (header.bytes / 1_000_000).toFixed(1);
  console.log(`${path}: ${header.keys} keys, ${megabytes} MB, of ${new Date(header.takenAt).toISOString()}.`);
  if (keep !== null) removeOld(resolve(path, '..'), keep);
}

/** Returns the path of the file, and how many files are kept (null: all). */
function readArguments() {
  const { values, positionals } = parseArgs({ options: { keep: { type: 'string' } }, allowPositionals: true });
  if (positionals.length > 1) throw new Problem('Give one file or folder, or none.');
  const keep = values.keep === undefined ? null : Number(values.keep);
  if (keep !== null && !(Number.isInteger(keep) && keep >= 1 && keep <= 9_999))
    throw new Problem(`--keep ${values.keep} is not allowed: give a whole number from 1 to 9999.`);
  const given = resolve(positionals[0] ?? backupFolder);
  const isFolder = positionals[0] === undefined || statSync(given, { throwIfNoEntry: false })?.isDirectory() === true;
  if (keep !== null && !isFolder) throw new Problem('--keep is for a folder that exists: give no file, or a folder.');
  if (!isFolder) return { path: given, keep };
  return { path: join(makeFolder(given), fileName('chat')), keep };
}

/**
 * Removes all but the newest backups of a folder. Their names are in the order of their times.
 *
 * @param {string} folder
 * @param {number} keep
 */
function removeOld(folder, keep) {
  const old = readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort()
    .slice(0, -keep);
  for (const name of old) rmSync(join(folder, name));
  if (old.length > 0) console.log(`Removed ${old.join(', ')}.`);
}

asScript(backup);

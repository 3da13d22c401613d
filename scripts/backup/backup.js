/**
 * `npm run backup -- [FILE or FOLDER] [--keep 14]` writes all data of the chat, as they are at one moment, into a file.
 * The chat may run, or not. Without a file it makes one with the time in its name, in `.data/backups`. `--keep` removes
 * all but the newest files of this kind from the folder.
 */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { asScript } from '../command.js';
import { Problem, reasonOf } from '../problem.js';
import { dataDir, isMain } from '../project.js';
import { writeBackup } from './file.js';
import { withPlace } from './place.js';
import { entriesOf } from './rdb.js';
import { snapshotOf } from './source.js';
import { isKept } from './times.js';

/** The name of a file that was given none: chat-2026-11-29T14-00-00Z.backup. */
const NAME = /^chat-[\dTZ-]+\.backup$/;
export const backupFolder = join(dataDir, 'backups');

async function backup() {
  const { path, keep } = readArguments();
  const header = await withPlace({ create: false }, (place) => backUp(place, path));
  const megabytes = (header.bytes / 1_000_000).toFixed(1);
  console.log(`${path}: ${header.keys} keys, ${megabytes} MB, of ${new Date(header.takenAt).toISOString()}.`);
  if (keep !== null) removeOld(resolve(path, '..'), keep);
}

/**
 * Writes all data of a place into a file, and resolves with its header.
 *
 * @param {import('./place.js').Place} place
 * @param {string} path
 */
export async function backUp({ redis, masters, keys, shards, nameOf }, path) {
  const { redisTime } = await import('#dist/shared/redis/time.js');
  const { VERSION } = await import('#dist/shared/version.js');
  const takenAt = await redisTime({ redis });
  const [format, made, info] = [
    await redis.get(keys.format),
    await redis.get(keys.shardCount),
    await masters()[0]?.info('server'),
  ];
  let rdb = 0;
  return writeBackup(
    path,
    async () => ({
      version: VERSION,
      dataFormat: Number(format ?? 1),
      shards: Number(made ?? shards),
      takenAt,
      prefix: keys.prefix,
      redis: /^redis_version:(\S+)/m.exec(info ?? '')?.[1] ?? '',
    }),
    entriesOfAll(masters(), nameOf, (version) => (rdb = version)),
    () => rdb,
  );
}

/**
 * Yields the entries of all masters, one after the other. In a cluster each is of its own moment: what one of them has
 * and another one has not yet is completed by the workers after a restore, as after a failover.
 *
 * @param {import('ioredis').Redis[]} masters
 * @param {import('./place.js').Place['nameOf']} nameOf
 * @param {(version: number) => void} onVersion
 */
async function* entriesOfAll(masters, nameOf, onVersion) {
  for (const master of masters) {
    const reader = master.duplicate({ lazyConnect: true, retryStrategy: () => null, commandTimeout: undefined });
    reader.on('error', () => undefined); // the reader of its stream hears of it
    await reader.connect();
    try {
      const database = master.options.db ?? 0;
      for await (const entry of entriesOf(snapshotOf(reader), onVersion)) {
        const name = entry.database === database ? nameOf(entry.key.toString()) : null;
        if (name !== null && isKept(name)) yield entry;
      }
    } finally {
      reader.disconnect();
    }
  }
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

/** Returns the name of a file with the time in it. */
export const fileName = (/** @type {string} */ kind) =>
  `${kind}-${new Date().toISOString().replace(/\.\d+/, '').replaceAll(':', '-')}.backup`;

/** Makes a folder that only its owner may read, if it is not there. */
export function makeFolder(/** @type {string} */ folder) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch (error) {
    throw new Problem(`The folder ${folder} cannot be made: ${reasonOf(error)}.`);
  }
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

if (isMain(import.meta.url)) asScript(backup);

/** Takes a backup: reads all masters of a place into one file. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Problem, reasonOf } from '../problem.js';
import { dataDir } from '../project.js';
import { writeBackup } from './file.js';
import { entriesOf } from './rdb.js';
import { snapshotOf } from './source.js';
import { isKept } from './times.js';

/** Where backups are that were given no name. */
export const backupFolder = join(dataDir, 'backups');

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

/** Returns the name of a file with the time in it. */
export const fileName = (/** @type {string} */ kind) =>
  `${kind}-${new Date().toISOString().replace(/[:.]/g, '-')}.backup`;

/** Makes a folder that only its owner may read, if it is not there. */
export function makeFolder(/** @type {string} */ folder) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch (error) {
    throw new Problem(`The folder ${folder} cannot be made: ${reasonOf(error)}.`);
  }
}

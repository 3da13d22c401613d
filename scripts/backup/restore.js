/**
 * `npm run restore -- FILE [--replace]` writes a backup into the chat's Redis, while no process of the chat runs. The
 * Redis must have no data. With `--replace` its data are backed up first, and then replaced.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { asScript } from '../command.js';
import { takeLock } from '../lock.js';
import { Problem } from '../problem.js';
import { dataDir } from '../project.js';
import { dumpOf } from './crc64.js';
import { entriesIn, readBackup } from './file.js';
import { keysOf, withPlace } from './place.js';
import { backUp, backupFolder, fileName, makeFolder } from './take.js';
import { isKept, moveTimes } from './times.js';

/** Keys and bytes that are on the way to Redis at the same time. */
const BATCH_KEYS_MAX = 500;
const BATCH_BYTES_MAX = 4_000_000;
/** Processes of the chat that wait for their Redis are back within this time. */
const BACK_WITHIN_MS = 3_000;
const LOOK_EVERY_MS = 100;
const END_THEM = 'End them first: "npx pm2 stop api worker", or Ctrl-C where the chat runs in a terminal.';
/** Keys that a chat without users and rooms has. */
const EMPTY = /^(shards|data-format|users:next|salt:.*|host:acts|usage:\{all\}:.*)$/;

async function restore() {
  const { values, positionals } = parseArgs({ options: { replace: { type: 'boolean' } }, allowPositionals: true });
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new Problem('Say which file: "npm run restore -- FILE".');
  takeLock('restore', join(dataDir, 'claims'));
  const header = await readBackup(path);
  await withPlace({ create: true }, async (place) => {
    await checkFits(header, place);
    await refuseRunning(place);
    if (place.isStarted) await refuseWaiting(place);
    await makeEmpty(place, values.replace === true);
    await fill(place, path, header);
  });
  console.log(`Restored ${header.keys} keys of ${new Date(header.takenAt).toISOString()}. Start the chat.`);
}

/**
 * Throws a Problem when this version cannot use the data.
 *
 * @param {import('./file.js').Header} header
 * @param {import('./place.js').Place} place
 */
async function checkFits(header, place) {
  const { FORMAT_VERSION } = await import('#dist/shared/preflight/format.js');
  if (header.dataFormat > FORMAT_VERSION) {
    throw new Problem(
      `The backup has data of format ${header.dataFormat}, and this version knows only ${FORMAT_VERSION}: ` +
        `use version ${header.version} or a newer one.`,
    );
  }
  if (header.shards === place.shards) return;
  throw new Problem(
    `The backup was made with SHARDS=${header.shards}: set that here, too. This is SHARDS=${place.shards}.`,
  );
}

/** Throws a Problem while processes of the chat use this Redis. */
async function refuseRunning(/** @type {import('./place.js').Place} */ { redis, keys }) {
  const { runningInstances } = await import('#dist/shared/metrics/aggregate.js');
  const names = await runningInstances({ redis, keys });
  if (names.length === 0) return;
  throw new Problem(
    `Processes of the chat use this Redis (${names.join(', ')}). ${END_THEM} ` +
      'Processes that were killed count for 40 s more.',
  );
}

/** Throws a Problem when processes of the chat have waited for the Redis that this command has started. */
async function refuseWaiting(/** @type {import('./place.js').Place} */ { redis }) {
  const { infoNumber } = await import('#dist/shared/redis/info.js');
  for (const end = Date.now() + BACK_WITHIN_MS; Date.now() < end; ) {
    await sleep(LOOK_EVERY_MS);
    const clients = infoNumber(await redis.info('clients'), 'connected_clients') ?? 0;
    if (clients > 1) throw new Problem(`Processes of the chat wait for this Redis. ${END_THEM}`);
  }
}

/**
 * @param {import('./place.js').Place} place
 * @param {boolean} replace
 */
async function makeEmpty(place, replace) {
  const { redis, masters, nameOf } = place;
  let isEmpty = true;
  for (const master of masters()) {
    for await (const keys of keysOf(master)) isEmpty &&= keys.every((key) => isNothing(nameOf(key)));
  }
  if (!isEmpty && !replace) {
    throw new Problem('This Redis has data. With --replace they are put into a file first, and replaced then.');
  }
  if (!isEmpty) {
    const aside = join(makeFolder(backupFolder), fileName('replaced'));
    await backUp(place, aside);
    console.log(`The former data are in ${aside}.`);
  }
  for (const master of masters()) {
    for await (const keys of keysOf(master))
      await Promise.all(keys.filter((key) => nameOf(key) !== null).map((key) => redis.unlink(key)));
  }
}

/** Returns whether a chat without users and rooms may have this key, or it is of another chat. */
const isNothing = (/** @type {string | null} */ name) => name === null || EMPTY.test(name) || !isKept(name);

/**
 * Writes all entries. Until it is done, the format of the data is one that no version knows. So no process of the chat
 * uses the half of it.
 *
 * @param {import('./place.js').Place} place
 * @param {string} path
 * @param {import('./file.js').Header} header
 */
async function fill(place, path, header) {
  const { redis, keys } = place;
  const { redisTime } = await import('#dist/shared/redis/time.js');
  const { RESTORING } = await import('#dist/shared/preflight/format.js');
  await redis.set(keys.format, RESTORING);
  const spanMs = (await redisTime({ redis })) - header.takenAt;
  for await (const batch of batchesOf(entriesIn(path))) {
    await Promise.all(batch.map((entry) => put(place, entry, header, spanMs))).catch((error) => {
      throw new Problem(`Redis does not take all data: ${error.message}. Correct that, and restore with --replace.`);
    });
  }
  await redis.hset(keys.expiry, { ran: 0, from: 0 }); // users have the time to come back
  await redis.set(keys.format, header.dataFormat);
}

/**
 * @param {import('./place.js').Place} place
 * @param {import('./rdb.js').Entry} entry
 * @param {import('./file.js').Header} header
 * @param {number} spanMs
 */
async function put({ redis, keys }, entry, header, spanMs) {
  const left = entry.expiresAt === null ? 0 : entry.expiresAt - header.takenAt;
  const name = entry.key.toString().slice(header.prefix.length);
  const key = keys.prefix + name;
  if ((entry.expiresAt !== null && left <= 0) || key === keys.format) return;
  await redis.restore(key, left, dumpOf(entry, header.rdb), 'REPLACE');
  await moveTimes(redis, { key, name }, spanMs);
}

/** @param {AsyncIterable<import('./rdb.js').Entry>} entries */
async function* batchesOf(entries) {
  /** @type {import('./rdb.js').Entry[]} */
  let batch = [];
  let bytes = 0;
  for await (const entry of entries) {
    batch.push({ ...entry, value: Buffer.from(entry.value) });
    bytes += entry.value.length;
    if (batch.length < BATCH_KEYS_MAX && bytes < BATCH_BYTES_MAX) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  yield batch;
}

asScript(restore);

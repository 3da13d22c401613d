/**
 * A backup file: a line of JSON that says what it is, then an RDB file as Redis itself writes it (`tail -n +2` gives
 * it). Only its owner may read it. It has its name when it is complete and on the disk, never before.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Problem, reasonOf } from '../problem.js';
import { entriesOf } from './rdb.js';

/** The version of this format. */
const FORMAT_VERSION = 1;
/** The first line is filled up with spaces to so many bytes, because it is written last. */
const HEADER_BYTES = 512;
const END = Buffer.from([255, 0, 0, 0, 0, 0, 0, 0, 0]); // a checksum of 0 means that there is none
const PRIVATE = 0o600;
/** Bytes that are collected before they are written. */
const CHUNK_BYTES = 1 << 20;

/**
 * The first line. `backup`: the format of the file. `takenAt`: ms since 1970 by the Redis that it is of, to which all
 * other times refer. `prefix`: the chat's REDIS_PREFIX. `rdb`: the version of Redis's format.
 *
 * @typedef {{ backup: number, version: string, dataFormat: number, shards: number, takenAt: number, prefix: string, redis: string,
 *   rdb: number, keys: number, bytes: number, sha256: string }} Header
 * @typedef {Omit<Header, 'backup' | 'rdb' | 'keys' | 'bytes' | 'sha256'>} About what the caller knows
 */

/**
 * Writes a backup. Resolves with its header when the file is on the disk and has been read again. Never overwrites.
 *
 * @param {string} path
 * @param {() => Promise<About>} about is asked after the last entry
 * @param {AsyncIterable<import('./rdb.js').Entry>} entries
 * @param {() => number} rdb returns the version of the entries' format after the first one
 */
export async function writeBackup(path, about, entries, rdb) {
  refuseExisting(path);
  const partial = `${path}.partial`;
  process.on('exit', () => rmSync(partial, { force: true })); // also after Ctrl-C
  try {
    const header = await writePartial(partial, about, entries, rdb);
    refuseExisting(path);
    await readBackup(partial);
    await rename(partial, path);
    await syncFolder(dirname(path));
    return header;
  } catch (error) {
    await rm(partial, { force: true });
    if (error instanceof Problem || !(error instanceof Error && 'code' in error)) throw error;
    throw new Problem(`The file ${path} cannot be written: ${reasonOf(error)}.`);
  }
}

function refuseExisting(/** @type {string} */ path) {
  if (existsSync(path)) throw new Problem(`The file ${path} exists already. Give another name.`);
}

/**
 * @param {string} partial
 * @param {() => Promise<About>} about
 * @param {AsyncIterable<import('./rdb.js').Entry>} entries
 * @param {() => number} rdb
 */
async function writePartial(partial, about, entries, rdb) {
  await rm(partial, { force: true }); // of a backup that was killed
  const file = await open(partial, 'wx', PRIVATE);
  try {
    const body = new Body(file);
    let keys = 0;
    for await (const { raw } of entries) {
      if (keys === 0) await body.write(magic(rdb()));
      await body.write(raw);
      keys += 1;
    }
    if (keys === 0) await body.write(magic(rdb()));
    await body.write(END);
    await body.flush();
    /** @type {Header} */
    const header = {
      backup: FORMAT_VERSION,
      ...(await about()),
      rdb: rdb(),
      keys,
      bytes: body.bytes,
      sha256: body.sum(),
    };
    await file.write(Buffer.from(`${JSON.stringify(header).padEnd(HEADER_BYTES - 1)}\n`), 0, HEADER_BYTES, 0);
    await file.sync();
    return header;
  } finally {
    await file.close();
  }
}

const magic = (/** @type {number} */ version) => Buffer.from(`REDIS${String(version).padStart(4, '0')}`);

/** The file after its header. */
class Body {
  #file;
  #hash = createHash('sha256');
  /** @type {Buffer[]} */
  #waiting = [];
  #waitingBytes = 0;
  bytes = 0;

  constructor(/** @type {import('node:fs/promises').FileHandle} */ file) {
    this.#file = file;
  }

  async write(/** @type {Buffer} */ part) {
    this.#waiting.push(Buffer.from(part)); // the reader uses its memory again
    this.#waitingBytes += part.length;
    if (this.#waitingBytes >= CHUNK_BYTES) await this.flush();
  }

  async flush() {
    const all = Buffer.concat(this.#waiting);
    this.#hash.update(all);
    for (let at = 0; at < all.length; ) {
      at += (await this.#file.write(all, at, all.length - at, HEADER_BYTES + this.bytes + at)).bytesWritten;
    }
    this.bytes += all.length;
    [this.#waiting, this.#waitingBytes] = [[], 0];
  }

  sum() {
    return this.#hash.digest('hex');
  }
}

/** Lets the new name of a file survive a crash of the machine. */
async function syncFolder(/** @type {string} */ path) {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/**
 * Resolves with the header of a backup after all of it has been read. Throws a Problem when it is none, is damaged, or
 * is of a format that this version does not know.
 *
 * @param {string} path
 * @returns {Promise<Header>}
 */
export async function readBackup(path) {
  const header = await headerOf(path);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { start: HEADER_BYTES })) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  if (bytes !== header.bytes || hash.digest('hex') !== header.sha256) throw damaged(path);
  let keys = 0;
  for await (const _entry of entriesIn(path)) keys += 1;
  if (keys !== header.keys) throw damaged(path);
  return header;
}

const damaged = (/** @type {string} */ path) =>
  new Problem(`The backup ${path} is damaged, or a part of it is missing.`);

/** Yields the entries of a backup. */
export const entriesIn = (/** @type {string} */ path) => entriesOf(createReadStream(path, { start: HEADER_BYTES }));

async function headerOf(/** @type {string} */ path) {
  const file = await open(path, 'r').catch((error) => {
    const reason = reasonOf(error);
    throw new Problem(`The backup ${path} cannot be read: ${reason === 'ENOENT' ? 'there is no such file' : reason}.`);
  });
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
  await file.close();
  const header = parsed(buffer.subarray(0, bytesRead).toString());
  if (!header) throw new Problem(`The file ${path} is no backup of nobackend-chat.`);
  if (header.backup <= FORMAT_VERSION) return header;
  throw new Problem(
    `The backup ${path} is of format ${header.backup}, and this version knows only ${FORMAT_VERSION}: use version ${header.version} or a newer one.`,
  );
}

/** @returns {Header | null} */
function parsed(/** @type {string} */ text) {
  try {
    const header = JSON.parse(text);
    return Number.isInteger(header.backup) ? header : null;
  } catch {
    return null;
  }
}

/**
 * Reads Redis's own file format (RDB) entry by entry, without a Redis. It knows where a value ends, not what it means:
 * with a footer, the bytes of a value are what DUMP returns and RESTORE takes. https://rdb.fnordig.de/file_format.html
 * and rdb.c of Redis 8 have the format.
 */
import { Problem } from '../problem.js';

const OPCODE = {
  slotInfo: 244,
  function: 245,
  moduleAux: 247,
  idle: 248,
  frequency: 249,
  aux: 250,
  resize: 251,
  expiryMs: 252,
  expiryS: 253,
  database: 254,
  end: 255,
};

/** `REDIS` and four digits. */
const MAGIC_BYTES = 9;

/**
 * A key with its value. `raw` is all of it in the file, from the time when it expires (ms since 1970, or null) to the
 * end of its value.
 *
 * @typedef {{ database: number, expiresAt: number | null, key: Buffer, type: number, value: Buffer, raw: Buffer }} Entry
 */

/** There are not enough bytes yet. */
class Short extends Error {}

/** A position in bytes. Reading over their end throws Short. */
class Cursor {
  at = 0;

  constructor(/** @type {Buffer} */ bytes) {
    this.bytes = bytes;
  }

  skip(/** @type {number} */ count) {
    this.at += count;
    if (this.at > this.bytes.length) throw new Short();
  }

  take(/** @type {number} */ count) {
    this.skip(count);
    return this.bytes.subarray(this.at - count, this.at);
  }

  byte() {
    this.skip(1);
    return this.bytes[this.at - 1] ?? 0;
  }

  /** Reads a length, or the kind of a string that is written as a number, as a negative number. */
  length() {
    const first = this.byte();
    const kind = first >> 6;
    if (kind === 0) return first & 63;
    if (kind === 1) return ((first & 63) << 8) | this.byte();
    if (kind === 3) return -1 - (first & 63);
    this.skip(first === 0x81 ? 8 : 4);
    return first === 0x81 ? Number(this.bytes.readBigUInt64BE(this.at - 8)) : this.bytes.readUInt32BE(this.at - 4);
  }

  skipString() {
    const length = this.length();
    if (length >= 0) return this.skip(length);
    if (length >= -3) return this.skip(2 ** (-1 - length)); // a number of 1, 2 or 4 bytes
    const compressed = this.length();
    this.length();
    this.skip(compressed);
  }

  /** Reads a string that is a key or a name. */
  string() {
    const from = this.at;
    const length = this.length();
    if (length < 0) {
      this.at = from;
      return this.#packed();
    }
    return this.take(length);
  }

  #packed() {
    const kind = -1 - this.length();
    if (kind < 3) {
      this.skip(2 ** kind);
      return Buffer.from(String(this.bytes.readIntLE(this.at - 2 ** kind, 2 ** kind)));
    }
    const [compressed, length] = [this.length(), this.length()];
    return decompress(this.take(compressed), length);
  }

  skipStrings(/** @type {number} */ count) {
    for (let i = 0; i < count; i += 1) this.skipString();
  }

  skipLengths(/** @type {number} */ count) {
    for (let i = 0; i < count; i += 1) this.length();
  }
}

/**
 * LZF (liblzf): runs of bytes, and copies of bytes before.
 *
 * @param {Buffer} from
 * @param {number} length
 */
function decompress(from, length) {
  const to = Buffer.alloc(length);
  let written = 0;
  for (let at = 0; at < from.length; ) {
    const control = from[at++] ?? 0;
    if (control < 32) {
      from.copy(to, written, at, at + control + 1);
      written += control + 1;
      at += control + 1;
      continue;
    }
    let count = control >> 5;
    if (count === 7) count += from[at++] ?? 0;
    let back = written - ((control & 31) << 8) - (from[at++] ?? 0) - 1;
    for (let i = 0; i < count + 2; i += 1) to[written++] = to[back++] ?? 0; // a copy may overlap itself
  }
  return to;
}

/** How the value of each type is skipped. `s` has the numbers of the types of rdb.h. */
/** @type {Record<number, (cursor: Cursor, type: number) => void>} */
const VALUES = {
  0: (c) => c.skipString(),
  1: (c) => c.skipStrings(c.length()),
  2: (c) => c.skipStrings(c.length()),
  3: skipOldSortedSet,
  4: (c) => c.skipStrings(c.length() * 2),
  5: skipSortedSet,
  14: (c) => c.skipStrings(c.length()),
  15: skipStream,
  18: skipQuickList,
  19: skipStream,
  21: skipStream,
  24: skipHashWithExpiry,
  25: (c) => {
    c.skip(8);
    c.skipString();
  },
};
for (const packed of [9, 10, 11, 12, 13, 16, 17, 20]) VALUES[packed] = (c) => c.skipString();

function skipOldSortedSet(/** @type {Cursor} */ c) {
  for (let left = c.length(); left > 0; left -= 1) {
    c.skipString();
    const length = c.byte();
    if (length < 253) c.skip(length); // the rest are infinities and no number
  }
}

function skipSortedSet(/** @type {Cursor} */ c) {
  for (let left = c.length(); left > 0; left -= 1) {
    c.skipString();
    c.skip(8);
  }
}

function skipQuickList(/** @type {Cursor} */ c) {
  for (let left = c.length(); left > 0; left -= 1) {
    c.length();
    c.skipString();
  }
}

function skipHashWithExpiry(/** @type {Cursor} */ c) {
  c.skip(8);
  for (let left = c.length(); left > 0; left -= 1) {
    c.length();
    c.skipStrings(2);
  }
}

/**
 * @param {Cursor} c
 * @param {number} type
 */
function skipStream(c, type) {
  c.skipStrings(c.length() * 2);
  c.skipLengths(type >= 19 ? 8 : 3);
  for (let groups = c.length(); groups > 0; groups -= 1) {
    c.skipString();
    c.skipLengths(type >= 19 ? 3 : 2);
    for (let left = c.length(); left > 0; left -= 1) {
      c.skip(16 + 8);
      c.length();
    }
    for (let consumers = c.length(); consumers > 0; consumers -= 1) {
      c.skipString();
      c.skip(type >= 21 ? 16 : 8);
      c.skip(c.length() * 16);
    }
  }
}

/**
 * Yields the entries of an RDB file. Throws a Problem when it is none, is damaged or cut off, or has a type of value
 * that is not known here.
 *
 * @param {AsyncIterable<Buffer>} chunks
 * @param {(version: number) => void} [onVersion] takes the version of the format
 * @returns {AsyncGenerator<Entry>}
 */
export async function* entriesOf(chunks, onVersion) {
  const source = new Source(chunks);
  const magic = (await source.read((c) => c.take(MAGIC_BYTES))).toString('latin1');
  const version = /^(?:REDIS|VALKEY)(\d{3,4})$/.exec(magic)?.[1];
  if (version === undefined) throw new Problem('These are no data of a Redis.');
  onVersion?.(Number(version));
  for (let database = 0; ; ) {
    const next = await source.read(readNext);
    if (next === 'end') return;
    if (next === null) continue;
    if (typeof next === 'number') database = next;
    else yield { database, ...next };
  }
}

/** Returns an entry, the number of the database that follows, null for something else, or 'end'. */
function readNext(/** @type {Cursor} */ c) {
  const from = c.at;
  let expiresAt = null;
  for (;;) {
    const code = c.byte();
    switch (code) {
      case OPCODE.expiryMs:
        c.skip(8);
        expiresAt = Number(c.bytes.readBigInt64LE(c.at - 8));
        break;
      case OPCODE.expiryS:
        c.skip(4);
        expiresAt = c.bytes.readInt32LE(c.at - 4) * 1_000;
        break;
      case OPCODE.idle:
        c.length();
        break;
      case OPCODE.frequency:
        c.byte();
        break;
      case OPCODE.database:
        return c.length();
      case OPCODE.resize:
        c.skipLengths(2);
        return null;
      case OPCODE.slotInfo:
        c.skipLengths(3);
        return null;
      case OPCODE.aux:
        c.skipStrings(2);
        return null;
      case OPCODE.function:
        c.skipString();
        return null;
      case OPCODE.end:
        return /** @type {const} */ ('end');
      default:
        return readEntry(c, { from, type: code, expiresAt });
    }
  }
}

/**
 * @param {Cursor} c
 * @param {{ from: number, type: number, expiresAt: number | null }} entry
 */
function readEntry(c, { from, type, expiresAt }) {
  const skipValue = VALUES[type];
  if (!skipValue) throw new Problem(`This Redis has values of a type (${type}) that this version does not know.`);
  const key = Buffer.from(c.string());
  const valueAt = c.at;
  skipValue(c, type);
  return { expiresAt, key, type, value: c.bytes.subarray(valueAt, c.at), raw: c.bytes.subarray(from, c.at) };
}

/** Bytes that come in pieces. */
class Source {
  #chunks;
  /** @type {Buffer} */
  #bytes = Buffer.alloc(0);

  constructor(/** @type {AsyncIterable<Buffer>} */ chunks) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /**
   * Resolves with what a step reads, when all its bytes are there. It begins anew with twice the bytes if it is short.
   *
   * @template T
   * @param {(cursor: Cursor) => T} step
   * @returns {Promise<T>}
   */
  async read(step) {
    for (;;) {
      const cursor = new Cursor(this.#bytes);
      try {
        const result = step(cursor);
        this.#bytes = this.#bytes.subarray(cursor.at);
        return result;
      } catch (error) {
        if (!(error instanceof Short)) throw error;
      }
      await this.#more(this.#bytes.length + 1);
    }
  }

  async #more(/** @type {number} */ atLeast) {
    const parts = [this.#bytes];
    for (let added = 0; added < atLeast; ) {
      const { done, value } = await this.#chunks.next();
      if (done && added === 0) throw new Problem('The data end too early.');
      if (done) break;
      parts.push(value);
      added += value.length;
    }
    this.#bytes = Buffer.concat(parts);
  }
}

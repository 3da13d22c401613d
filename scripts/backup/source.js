/**
 * Reads all data of a Redis as they are at one moment, from anywhere, while it goes on serving: as its replicas do
 * (SYNC). The Redis forks for that, as it does when it rewrites its append-only file.
 */
import { Problem } from '../problem.js';

/**
 * Nothing came for this long: the connection is dead. A Redis that is about to begin sends an empty line each second.
 */
const SILENCE_MAX_MS = 60_000;
/** We take data of a length that is not known before, and nothing that is written later (since Redis 7). */
const CAPABILITIES = /** @type {const} */ ([
  ['capa', 'eof'],
  ['rdb-only', '1'],
]);
/**
 * The end of data whose length a Redis does not know before is a mark of so many bytes, which it names at the
 * beginning.
 */
const MARK_BYTES = 40;

/**
 * Yields the bytes of the RDB of one Redis. `redis` is a connected client, which is of no use afterwards.
 *
 * @param {import('ioredis').Redis} redis
 * @returns {AsyncGenerator<Buffer>}
 */
export async function* snapshotOf(redis) {
  for (const [name, value] of CAPABILITIES) await redis.call('REPLCONF', name, value).catch(refuse);
  const socket = /** @type {import('node:net').Socket} */ (redis.stream);
  for (const event of ['data', 'timeout']) socket.removeAllListeners(event); // the client understands no RDB
  socket.setTimeout(SILENCE_MAX_MS, () => socket.destroy(new Error('nothing came for a minute')));
  socket.write('SYNC\r\n');
  try {
    yield* payloadOf(socket);
  } finally {
    socket.destroy();
  }
}

/**
 * Yields the payload of the answer to SYNC. Before it there are empty lines while Redis forks.
 *
 * @param {import('node:net').Socket} socket
 * @returns {AsyncGenerator<Buffer>}
 */
async function* payloadOf(socket) {
  const chunks = socket[Symbol.asyncIterator]();
  let bytes = Buffer.alloc(0);
  const more = async () => {
    const { done, value } = await chunks.next();
    if (done) throw new Problem('Redis ended the connection before all data were there. Look at its log.');
    bytes = Buffer.concat([bytes, value]);
  };
  let header = '';
  while (header === '') {
    const end = bytes.indexOf('\n');
    if (end < 0) {
      await more();
      continue;
    }
    const line = bytes.subarray(0, end).toString('latin1').trim();
    bytes = bytes.subarray(end + 1);
    if (line.startsWith('$')) header = line;
    else if (line.startsWith('-')) refuse(new Error(line.slice(1)));
  }
  if (header.startsWith('$EOF:')) yield* untilMark(Buffer.from(header.slice(5, 5 + MARK_BYTES)));
  else yield* ofLength(Number(header.slice(1)));

  /**
   * @param {number} length
   * @returns {AsyncGenerator<Buffer>}
   */
  async function* ofLength(length) {
    for (let left = length; left > 0; ) {
      if (bytes.length === 0) await more();
      const part = bytes.subarray(0, left);
      bytes = Buffer.alloc(0);
      left -= part.length;
      yield part;
    }
  }

  /**
   * @param {Buffer} mark
   * @returns {AsyncGenerator<Buffer>}
   */
  async function* untilMark(mark) {
    for (;;) {
      const end = bytes.indexOf(mark);
      if (end >= 0) {
        yield bytes.subarray(0, end);
        return;
      }
      const sure = Math.max(0, bytes.length - mark.length); // the rest may be the beginning of the mark
      if (sure > 0) yield bytes.subarray(0, sure);
      bytes = bytes.subarray(sure);
      await more();
    }
  }
}

/** Throws a Problem. An older Redis may not know a capability: that does no harm. */
function refuse(/** @type {Error} */ { message }) {
  if (/Unrecognized REPLCONF option/i.test(message)) return;
  if (/NOPERM|unknown command/i.test(message)) {
    throw new Problem(
      'This Redis does not let its user copy all data at one moment (SYNC). Add the rules "+sync +replconf +restore" to the ' +
        'user, or give a REDIS_URL of a user that has them. If you rent this Redis, use the backups of its provider.',
    );
  }
  throw new Problem(`Redis gives no copy of its data: ${message}.`);
}

/**
 * Measures what fan-out costs for each recipient as a room grows: CPU of worker and Redis. The store itself puts the
 * members into Redis, and they do not poll: real joins would cost the square of the room's size in `joined` events.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '../load/connection.js';
import { Seeder } from '../load/seed.js';
import { median } from '../report/statistics.js';
import { withCrowds } from '../systems/line-up.js';
import { portOf } from '../systems/systems.js';

const ROOM_SIZES = [10, 100, 1_000, 10_000];
/** Each size gets enough messages for the coarse clock of /proc, but their copies must fit into Redis. */
const COPIES_MAX = 150_000;
const MESSAGES_MIN = 15;
const MESSAGES_MAX = 800;
const DELIVERY_TIMEOUT_MS = 20_000;
const WARM_UP_MESSAGES = 10;
/** After this time the sweep, and the work that it finds, are done. */
const SWEEP_MS = 1_100;
const TEXT = 'x'.repeat(100);

/** @typedef {import('../systems/systems.js').System} System */

/**
 * @param {import('../options.js').Options} options
 * @param {import('./index.js').Say} say
 */
export function runGrowth(options, say) {
  return withCrowds(options, { floor: false }, async (crowds) => {
    const rows = [];
    for (const { system } of crowds) {
      const seeder = await Seeder.open(system);
      for (const size of ROOM_SIZES) {
        say(`${system.name}: a room of ${size.toLocaleString('en')}`);
        rows.push(await measureRoom(system, seeder, size));
      }
      seeder.close();
    }
    return rows;
  });
}

/**
 * @param {System} system
 * @param {Seeder} seeder
 * @param {number} size
 */
async function measureRoom(system, seeder, size) {
  const room = `size-${size}`;
  const token = await seeder.fill(room, size);
  if (token === undefined) throw new Error('the room is empty');
  const connection = new Connection(portOf(system));
  try {
    return await measureSends(system, size, () => sendOne(connection, seeder, room, token));
  } finally {
    connection.end();
  }
}

/**
 * @param {System} system
 * @param {number} size
 * @param {() => Promise<number>} send
 */
async function measureSends(system, size, send) {
  for (let i = 0; i < WARM_UP_MESSAGES; i += 1) await send();
  await sleep(SWEEP_MS);
  await system.probe?.forgetSlow();
  const before = system.cpu();
  const messages = Math.max(MESSAGES_MIN, Math.min(MESSAGES_MAX, Math.floor(COPIES_MAX / size)));
  const times = [];
  for (let i = 0; i < messages; i += 1) times.push(await send());
  const after = system.cpu();
  const us = (/** @type {'worker' | 'redis'} */ part) => (((after[part] ?? 0) - (before[part] ?? 0)) * 1e6) / messages;
  return {
    system: system.name,
    size,
    messages,
    perMessage: { worker: us('worker'), redis: us('redis') },
    perRecipient: (us('worker') + us('redis')) / size,
    longestBlock: (await system.probe?.longestBlock()) ?? null,
    p50: median(times),
  };
}

/**
 * Sends one message and waits until all members have it. Resolves with the ms that this took.
 *
 * @param {Connection} connection
 * @param {Seeder} seeder
 * @param {string} room
 * @param {string} token
 */
async function sendOne(connection, seeder, room, token) {
  const began = performance.now();
  const answer = await connection.call(`/jsonp/send?callback=f&token=${token}&room=${room}&text=${TEXT}`);
  if (!answer.ok) throw new Error(`the server refused a message: ${answer.error.code}`);
  await seeder.delivered(room, began + DELIVERY_TIMEOUT_MS);
  return performance.now() - began;
}

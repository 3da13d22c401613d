/**
 * The model of what a chat of some size needs (model.js): its costs are fitted to some loads, and what they say of others is held against what those
 * use, all in one run, since machines differ and have better and worse hours.
 */
import { closedLoop, openLoop } from '../load/loads.js';
import { fittedTo, predict } from '../model/model.js';
import { poolFor, withChat } from '../systems/line-up.js';
import { faults, measureLoad } from './rounds.js';

/** @typedef {{ rooms: number, size: number, rate?: number }} Rooms */

/**
 * A full core, in a closed loop, in which as many messages are under way together as there are rooms; and at part load, `rate` messages a second.
 *
 * @type {Rooms[]}
 */
const FITTED = [
  { rooms: 1, size: 1_000 },
  { rooms: 100, size: 10 },
  { rooms: 500, size: 2 },
  { rooms: 100, size: 10, rate: 100 },
];
/**
 * What it is not fitted to.
 *
 * @type {Rooms[]}
 */
const FORETOLD = [
  { rooms: 50, size: 20 },
  { rooms: 10, size: 100 },
  { rooms: 50, size: 20, rate: 100 },
  { rooms: 50, size: 10, rate: 300 },
];

/** Shortest window (s): windows of a second differ by a tenth. */
const WINDOW = 10;

/**
 * @param {import('../options.js').Options} options
 * @param {import('./index.js').Say} say
 */
export async function runModelled(options, say) {
  const rows = [];
  for (const load of [...FITTED, ...FORETOLD]) rows.push(await measureOne(load, options, say));
  const costs = fittedTo(rows.slice(0, FITTED.length));
  return rows.map((row, i) => ({ ...row, fitted: i < FITTED.length, costs, predicted: predict(row, costs) }));
}

/**
 * @param {Rooms} load
 * @param {import('../options.js').Options} options
 * @param {import('./index.js').Say} say
 */
function measureOne({ rooms, size, rate }, options, say) {
  // the model is of this version alone: there is nothing to compare
  return withChat(options, { env: poolFor(options, rooms * size) }, async (crowd) => {
    say(`${rooms} rooms of ${size}, ${rate ? `${rate} messages/s` : 'full load'}`);
    await crowd.join(rooms, size);
    await crowd.poll();
    const window = await measureLoad(
      crowd,
      rate ? (loaded) => openLoop(loaded, rate) : closedLoop,
      Math.max(options.seconds, WINDOW),
    );
    const { api = 0, worker = 0, redis = 0 } = window.cpu;
    const cpu = { api: api / window.seconds, worker: worker / window.seconds, redis: redis / window.seconds };
    return {
      system: 'chat',
      polls: rooms * size,
      messages: window.sentPerSecond,
      room: size,
      ...(!rate && { together: rooms }),
      cpu,
      rounds: /** @type {[typeof window]} */ ([window]),
      ...faults(crowd),
    };
  });
}

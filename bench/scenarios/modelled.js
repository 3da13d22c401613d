/**
 * Tests the model in bench/model. Its costs are fitted to some loads. Then it predicts other loads, which are measured
 * too. All this happens in one run, since machines differ, and even one machine differs from hour to hour.
 */
import { closedLoop, openLoop } from '../load/loads.js';
import { fittedTo, predict } from '../model/model.js';
import { poolFor, withChat } from '../systems/line-up.js';
import { faults, measureLoad } from './rounds.js';

/** @typedef {{ rooms: number, size: number, rate?: number }} Rooms */

/**
 * Loads for the fit. Without `rate` it is a closed loop on a full core: one message for each room is in flight. With
 * `rate` it is an open loop at part load.
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
 * Loads that are only predicted.
 *
 * @type {Rooms[]}
 */
const PREDICTED = [
  { rooms: 50, size: 20 },
  { rooms: 10, size: 100 },
  { rooms: 50, size: 20, rate: 100 },
  { rooms: 50, size: 10, rate: 300 },
];

/** Shorter windows are not exact enough: windows of one second differ by a tenth. */
const WINDOW_MIN_S = 10;

/**
 * @param {import('../options.js').Options} options
 * @param {import('./index.js').Say} say
 */
export async function runModelled(options, say) {
  const rows = [];
  for (const load of [...FITTED, ...PREDICTED]) rows.push(await measureOne(load, options, say));
  const costs = fittedTo(rows.slice(0, FITTED.length));
  return rows.map((row, i) => ({ ...row, fitted: i < FITTED.length, costs, predicted: predict(row, costs) }));
}

/**
 * @param {Rooms} load
 * @param {import('../options.js').Options} options
 * @param {import('./index.js').Say} say
 */
function measureOne({ rooms, size, rate }, options, say) {
  return withChat(options, { env: poolFor(options, rooms * size) }, async (crowd) => {
    say(`${rooms} rooms of ${size}, ${rate ? `${rate} messages/s` : 'full load'}`);
    await crowd.join(rooms, size);
    await crowd.listen();
    const window = await measureLoad(
      crowd,
      rate ? (loaded) => openLoop(loaded, rate) : closedLoop,
      Math.max(options.seconds, WINDOW_MIN_S),
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

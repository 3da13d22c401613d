/**
 * The model of what a chat of some size needs (model.js): its costs are fitted to some loads, and what they say of others is held against what those
 * use, all in one run, since machines differ and have better and worse hours.
 */
import { fit } from './fit.js';
import { closedLoop, openLoop } from './loads.js';
import { poolFor, withCrowds } from './line-up.js';
import { fittedTo, predict } from './model.js';
import { faults, measureLoad } from './rounds.js';

/** In a closed loop as many messages are under way together as there are rooms. */
const FITTED = [{ rooms: 1, size: 1_000 }, { rooms: 1, size: 200 }, { rooms: 100, size: 10 }, { rooms: 200, size: 2 }];
/** Sizes that it is not fitted to; the last at part load, of so many messages a second. */
const FORETOLD = [{ rooms: 50, size: 20 }, { rooms: 10, size: 100 }, { rooms: 50, size: 10, rate: 200 }];

/** Shortest window (s): windows of a second differ by a tenth. */
const WINDOW = 10;

export async function runModelled(_, options, say) {
  const rows = [];
  for (const load of [...FITTED, ...FORETOLD]) rows.push(...await measureOne(load, options, say));
  for (const row of rows) {
    const costs = fittedTo(rows.slice(0, FITTED.length));
    row.fitted = FITTED.includes(row.of);
    row.costs = costs;
    row.predicted = predict(row, costs);
  }
  return rows;
}

function measureOne(of, options, say) {
  const { rooms, size, rate } = of;
  return withCrowds({ ...options, compared: null }, { floor: false, env: poolFor(options, rooms * size) }, async ([crowd]) => {
    say(`${rooms} rooms of ${size}`);
    await crowd.join(rooms, size);
    await crowd.poll();
    const window = await measureLoad(crowd, rate ? (loaded) => openLoop(loaded, rate) : closedLoop, Math.max(options.seconds, WINDOW));
    const { api, worker, redis } = window.cpu;
    const cpu = Object.fromEntries(Object.entries({ api, worker, redis }).map(([part, seconds]) => [part, seconds / window.seconds]));
    return [{ of, polls: rooms * size, messages: window.sentPerSecond, room: size, ...(!rate && { together: rooms }), cpu, rounds: [window], ...faults(crowd) }];
  });
}

/** The model of what a chat of some size needs (model.js), beside what chats of two sizes use. */
import { closedLoop } from './loads.js';
import { poolFor, withCrowds } from './line-up.js';
import { predict } from './model.js';
import { faults, measureLoad } from './rounds.js';

/** Full load, for which the model is made; sizes that it was not fitted to. */
const LOADS = [{ rooms: 50, size: 20 }, { rooms: 10, size: 100 }];

export async function runModelled(_, options, say) {
  const rows = [];
  for (const load of LOADS) rows.push(...await measureOne(load, options, say));
  return rows;
}

function measureOne({ rooms, size }, options, say) {
  return withCrowds(options, { floor: false, env: poolFor(options, rooms * size) }, async (crowds) => {
    const rows = [];
    for (const crowd of crowds) {
      say(`${crowd.system.name}: ${rooms} rooms of ${size}`);
      await crowd.join(rooms, size);
      await crowd.poll();
      const window = await measureLoad(crowd, closedLoop, Math.max(options.seconds, 10));
      const load = { polls: rooms * size, messages: window.sentPerSecond, room: size };
      rows.push({ system: crowd.system.name, ...load, predicted: predict(load), rounds: [window], ...faults(crowd) });
    }
    return rows;
  });
}

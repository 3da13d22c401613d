/** The model of what a chat of some size needs (model.js), beside what chats of two sizes use. */
import { openLoop } from './loads.js';
import { poolFor, withCrowds } from './line-up.js';
import { predict } from './model.js';
import { faults, measureLoad } from './rounds.js';

/** Near half of what one core can do, where a host should stay; both sizes and shapes the model was not fitted to. */
const LOADS = [
  { rooms: 15, size: 20, messages: 100 },
  { rooms: 60, size: 20, messages: 200 },
  { rooms: 12, size: 100, messages: 80 },
];

export async function runModelled(_, options, say) {
  const rows = [];
  for (const load of LOADS) rows.push(...await measureOne(load, options, say));
  return rows;
}

function measureOne({ rooms, size, messages }, options, say) {
  return withCrowds(options, { floor: false, env: poolFor(options, rooms * size) }, async (crowds) => {
    const rows = [];
    for (const crowd of crowds) {
      say(`${crowd.system.name}: ${rooms} rooms of ${size}, ${messages} messages/s`);
      await crowd.join(rooms, size);
      await crowd.poll();
      const window = await measureLoad(crowd, (all) => openLoop(all, messages), Math.max(options.seconds, 10));
      const load = { polls: rooms * size, messages: window.sentPerSecond, room: size };
      rows.push({ system: crowd.system.name, ...load, predicted: predict(load), rounds: [window], ...faults(crowd) });
    }
    return rows;
  });
}

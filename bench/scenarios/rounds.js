/** Comparisons in paired rounds: in each, every system has the load in turn, so that what else the machine does meets all. */
import { setTimeout as sleep } from 'node:timers/promises';
import { measure } from '../load/window.js';
import { summary } from '../report/statistics.js';
import { poolFor, withCrowds } from '../systems/line-up.js';

const WARM_UP = 2_000;

export function runRounds({ rooms, size, load }, options, say) {
  return withCrowds(options, { env: poolFor(options, rooms * size) }, async (crowds) => {
    for (const crowd of crowds) {
      say(`${crowd.system.name}: ${(rooms * size).toLocaleString('en')} users join`);
      await crowd.join(rooms, size);
      await crowd.poll();
    }
    const windows = await playRounds(crowds, options, (crowd) => measureLoad(crowd, load, options.seconds), say);
    return compare(crowds, windows);
  });
}

/** Gives the windows of each crowd. The order alternates, so that no system is always the first. */
export async function playRounds(crowds, { rounds }, play, say) {
  const windows = new Map(crowds.map((crowd) => [crowd, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const crowd of round % 2 === 1 ? crowds : [...crowds].reverse()) {
      const window = await play(crowd);
      windows.get(crowd).push(window);
      say(
        `round ${round} of ${rounds}, ${crowd.system.name}: ${Math.round(window.perSecond)} deliveries/s, ${Math.round(window.efficiency)} per CPU-second`,
      );
    }
  }
  return windows;
}

export async function measureLoad(crowd, load, seconds, meanwhile = async () => ({})) {
  const stopLoad = load(crowd);
  await sleep(WARM_UP);
  const [window, more] = await Promise.all([measure(crowd, seconds), meanwhile()]);
  stopLoad();
  await crowd.settle();
  return { ...window, ...more };
}

/** One row for each system: its windows, faults, and its ratios to the first system, round by round. */
export function compare(crowds, windows) {
  const base = windows.get(crowds[0]);
  return crowds.map((crowd) => {
    const own = windows.get(crowd);
    const ratio = (field) => summary(own.map((window, i) => window[field] / base[i][field]));
    return {
      system: crowd.system.name,
      rounds: own,
      ...faults(crowd),
      ratios: { efficiency: ratio('efficiency'), p50: ratio('p50'), p99: ratio('p99') },
    };
  });
}

export function faults(crowd) {
  const { repeated, doubled, outOfOrder, missed, resets, errors, accepted, deliveries } = crowd.meter;
  return { lost: crowd.lost(), repeated, doubled, outOfOrder, missed, resets, errors, accepted, deliveries };
}

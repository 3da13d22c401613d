/**
 * Compares systems in rounds. In each round every system has the load in turn, so that disturbances meet all of them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { measure } from '../load/window.js';
import { summary } from '../report/statistics.js';
import { whole } from '../report/table.js';
import { poolFor, withCrowds } from '../systems/line-up.js';

/**
 * @typedef {import('../load/crowd.js').Crowd} Crowd
 * @typedef {import('../load/loads.js').Load} Load
 * @typedef {import('../load/window.js').Window} Window
 * @typedef {import('../options.js').Options} Options
 * @typedef {import('./index.js').Say} Say
 * @typedef {{ rooms: number, size: number, load: Load }} RoundsLoad
 * @typedef {Pick<Crowd['system'], 'name'> & Partial<Pick<Crowd['system'], 'kind' | 'way'>>} CountedSystem
 * @typedef {Pick<Crowd, 'meter' | 'lost'> & { system: CountedSystem }} Counted clients that count faults
 * @typedef {ReturnType<typeof faults>} Faults
 * @typedef {Record<'efficiency' | 'p50' | 'p99', ReturnType<typeof summary>>} Ratios
 */

/** A load runs for this time before it is measured. */
const WARM_UP_MS = 2_000;

/**
 * Compares all systems under one load.
 *
 * @param {RoundsLoad} roundsLoad
 * @param {Options} options
 * @param {Say} say
 */
export function runRounds({ rooms, size, load }, options, say) {
  return withCrowds(options, { peers: true, env: poolFor(options, rooms * size) }, async (crowds) => {
    for (const crowd of crowds) {
      say(`${crowd.system.name}: ${whole(rooms * size)} users join`);
      await crowd.join(rooms, size);
      await crowd.listen();
    }
    const windows = await playRounds(crowds, options, (crowd) => measureLoad(crowd, load, options.seconds), say);
    return compare(windows);
  });
}

/**
 * Resolves with the windows of each crowd. The order alternates, so that no system is always the first.
 *
 * @template {Counted} C
 * @template {Window} W
 * @param {C[]} crowds
 * @param {Options} options
 * @param {(crowd: C) => Promise<W>} play
 * @param {Say} say
 * @param {(window: W) => string} [summarise]
 */
export async function playRounds(crowds, { rounds }, play, say, summarise = deliveryRates) {
  const windows = new Map(crowds.map((crowd) => [crowd, /** @type {W[]} */ ([])]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const crowd of round % 2 === 1 ? crowds : [...crowds].reverse()) {
      const window = await play(crowd);
      windows.get(crowd)?.push(window);
      say(`round ${round} of ${rounds}, ${crowd.system.name}: ${summarise(window)}`);
    }
  }
  return windows;
}

function deliveryRates(/** @type {Window} */ { perSecond, efficiency }) {
  return `${whole(perSecond)} deliveries/s, ${whole(efficiency)} per CPU-second`;
}

/**
 * Starts a load, measures a window after the warm-up, and waits until all messages have arrived.
 *
 * @param {Crowd} crowd
 * @param {Load} load
 * @param {number} seconds
 */
export function measureLoad(crowd, load, seconds) {
  return measureMeanwhile(crowd, load, seconds, async () => ({}));
}

/**
 * Does the same, and runs `meanwhile` beside the load. Its result is added to the window.
 *
 * @template {object} M
 * @param {Crowd} crowd
 * @param {Load} load
 * @param {number} seconds
 * @param {() => Promise<M>} meanwhile
 */
export async function measureMeanwhile(crowd, load, seconds, meanwhile) {
  const stopLoad = load(crowd);
  await sleep(WARM_UP_MS);
  const [window, more] = await Promise.all([measure(crowd, seconds), meanwhile()]);
  stopLoad();
  await crowd.settle();
  return { ...window, ...more };
}

/**
 * Returns a row for each system: its windows, its faults, and its ratios, round by round, to the first system whose
 * clients get events in the same way. A chat has ratios to each peer, too.
 *
 * @template {Counted} C
 * @template {Window} W
 * @param {Map<C, W[]>} windows
 */
export function compare(windows) {
  const all = [...windows];
  const peers = all.filter(([{ system }]) => system.kind === 'peer');
  return all.map(([crowd, own]) => {
    const { name, kind, way } = crowd.system;
    const [base, baseWindows] = all.find(([other]) => other.system.way === way && kind !== 'peer') ??
      all[0] ?? [crowd, own];
    return {
      system: name,
      peer: kind === 'peer',
      rounds: own,
      /** The system that the ratios compare it with. */
      base: base.system.name,
      ...faults(crowd),
      ratios: ratiosOf(own, baseWindows),
      toPeers:
        kind === 'chat' ? peers.map(([peer, theirs]) => ({ peer: peer.system.name, ...ratiosOf(own, theirs) })) : [],
    };
  });
}

/**
 * @param {Window[]} own
 * @param {Window[]} others
 * @returns {Ratios}
 */
function ratiosOf(own, others) {
  const ratio = (/** @type {keyof Ratios} */ field) =>
    summary(own.map((window, i) => (window[field] ?? Number.NaN) / (others[i]?.[field] ?? Number.NaN)));
  return { efficiency: ratio('efficiency'), p50: ratio('p50'), p99: ratio('p99') };
}

/** Returns what the clients of a system have counted. */
export function faults(/** @type {Counted} */ crowd) {
  const { repeated, doubled, outOfOrder, missed, resets, errors, accepted, deliveries } = crowd.meter;
  return { lost: crowd.lost(), repeated, doubled, outOfOrder, missed, resets, errors, accepted, deliveries };
}

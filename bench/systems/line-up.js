/** Starts the systems of one scenario with their clients: the floor, the chat (on each Node), and the second chat. */
import { root } from '../../scripts/project.js';
import { Crowd } from '../load/crowd.js';
import { startChat, startFloor } from './systems.js';

/** Connections for other things than held polls. */
const SPARE_CONNECTIONS = 64;

/**
 * `floor`: the floor takes part, too. `apis`, `env`: API processes and settings of the chat. `collectable`: its
 * processes collect their garbage on a signal.
 *
 * @typedef {{ floor?: boolean, apis?: number, env?: Record<string, string>, collectable?: boolean }} How
 * @typedef {import('../options.js').Options} Options
 */

/**
 * Starts all systems, calls `use` with their crowds, and ends the systems whatever happens.
 *
 * @template T
 * @param {Options} options
 * @param {How} how
 * @param {(crowds: Crowd[]) => Promise<T>} use
 */
export async function withCrowds(options, how, use) {
  /** @type {Crowd[]} */
  const crowds = [];
  try {
    for (const start of starters(options, how)) crowds.push(new Crowd(await start()));
    return await use(crowds);
  } finally {
    for (const crowd of crowds) crowd.end();
    await Promise.all(crowds.map(({ system }) => system.stop()));
  }
}

function starters(
  /** @type {Options} */ { settings, compared, profile, nodes },
  /** @type {How} */ { floor = true, ...how },
) {
  const chat =
    (/** @type {string} */ name, /** @type {string} */ binary = process.execPath) =>
    () =>
      startChat(name, root, { ...how, env: { ...settings, ...how.env }, profile, binary });
  return [
    ...(floor ? [() => startFloor(how)] : []),
    ...(nodes.length > 0 ? nodes.map(({ name, binary }) => chat(name, binary)) : [chat('chat')]),
    ...(compared
      ? [() => startChat('compared', compared.dir, { ...how, env: { ...compared.settings, ...how.env } })]
      : []),
  ];
}

/**
 * Starts the chat alone, calls `use` with its crowd, and ends it.
 *
 * @template T
 * @param {Options} options
 * @param {How} how
 * @param {(crowd: Crowd) => Promise<T>} use
 */
export function withChat(options, how, use) {
  return withCrowds(
    { ...options, compared: null, nodes: options.nodes.slice(0, 1) },
    { ...how, floor: false },
    ([crowd]) => use(/** @type {Crowd} */ (crowd)),
  );
}

/**
 * Returns the setting of the pool for so many polls: with `LIVE=off`, every held poll needs a connection.
 *
 * @param {Options} options
 * @param {number} polls
 * @returns {Record<string, string>}
 */
export function poolFor(options, polls) {
  return options.settings.LIVE === 'off' ? { POLL_CONNECTIONS: String(polls + SPARE_CONNECTIONS) } : {};
}

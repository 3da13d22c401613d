/** The systems of one scenario with their clients: the floor, the chat (on each Node), and the chat it is compared with. */
import { root } from '../../scripts/project.js';
import { Crowd } from '../load/crowd.js';
import { startChat, startFloor } from './systems.js';

/**
 * `floor`: whether the floor takes part; `apis` and `env`: of the chat; `collectable`: whether it collects garbage when told.
 *
 * @typedef {{ floor?: boolean, apis?: number, env?: Record<string, string>, collectable?: boolean }} How
 * @typedef {import('../options.js').Options} Options
 */

/**
 * Starts all, gives `use` their crowds, and ends all, whatever happens.
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
 * As `withCrowds`, with the chat alone.
 *
 * @template T
 * @param {Options} options
 * @param {How} how
 * @param {(crowd: Crowd) => Promise<T>} use
 */
export function withChat(options, how, use) {
  return withCrowds({ ...options, compared: null }, { ...how, floor: false }, ([crowd]) =>
    use(/** @type {Crowd} */ (crowd)),
  );
}

/**
 * With `LIVE=off` every held poll needs a connection of the pool.
 *
 * @param {Options} options
 * @param {number} polls
 * @returns {Record<string, string>}
 */
export function poolFor(options, polls) {
  return options.settings.LIVE === 'off' ? { POLL_CONNECTIONS: String(polls + 64) } : {};
}

/** Starts the systems of one scenario with their clients: the floor, the chat (on each Node), and the second chat. */
import { root } from '../../scripts/project.js';
import { Crowd } from '../load/crowd.js';
import { startChat, startFloor, startPeer } from './systems.js';

/** Connections for other things than held polls. */
const SPARE_CONNECTIONS = 64;

/**
 * @typedef {import('../options.js').Options} Options
 * @typedef {import('../load/crowd.js').Way} Way
 * @typedef {object} How
 * @property {boolean} [floor] the floor takes part, too
 * @property {boolean} [peers] the peers take part, if the options ask for them
 * @property {Way[]} [ways] the ways that clients get events; by default those of the options, else polls
 * @property {number} [apis] API processes of the chat
 * @property {Record<string, string>} [env] settings of the chat
 * @property {boolean} [tellsJoins] members hear of joins at the floor, too
 * @property {boolean} [collectable] the processes collect their garbage on a signal
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
    await endAll(crowds);
  }
}

/**
 * Does the same with one system at a time, so that the others do not disturb it. Resolves with all results.
 *
 * @template T
 * @param {Options} options
 * @param {How} how
 * @param {(crowd: Crowd) => Promise<T>} use
 */
export async function withEachCrowd(options, how, use) {
  const results = [];
  for (const start of starters(options, how)) {
    const crowd = new Crowd(await start());
    try {
      results.push(await use(crowd));
    } finally {
      await endAll([crowd]);
    }
  }
  return results;
}

async function endAll(/** @type {Crowd[]} */ crowds) {
  for (const crowd of crowds) crowd.end();
  await Promise.all(crowds.map(({ system }) => system.stop()));
}

/** Returns the functions that start the systems. Each system starts once for each way. */
function starters(
  /** @type {Options} */ { settings, compared, profile, nodes, ways: asked, peers },
  /** @type {How} */ { floor = true, peers: withPeers = false, ways = asked ?? ['poll'], ...how },
) {
  const named = (/** @type {string} */ name) =>
    ways.map((way) => ({ name: ways.length > 1 ? `${name}, ${way}` : name, way }));
  const chats = (/** @type {string} */ title, /** @type {string} */ binary = process.execPath) =>
    named(title).map(
      (one) => () => startChat(one, root, { ...how, env: { ...settings, ...how.env }, profile, binary }),
    );
  const second = (/** @type {NonNullable<Options['compared']>} */ other) =>
    named('compared').map((one) => () => startChat(one, other.dir, { ...how, env: { ...other.settings, ...how.env } }));
  return [
    ...(floor ? named('floor').map((one) => () => startFloor(one, how)) : []),
    ...(nodes.length > 0 ? nodes.flatMap(({ name, binary }) => chats(name, binary)) : chats('chat')),
    ...(compared ? second(compared) : []),
    ...(withPeers ? peers.map((peer) => () => startPeer(peer)) : []),
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
  const [way = 'poll'] = options.ways ?? [];
  return withCrowds(
    { ...options, compared: null, nodes: options.nodes.slice(0, 1) },
    { ...how, ways: [way], floor: false },
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

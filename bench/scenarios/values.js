/** Compares the cost of writing a value with the cost of a message. The same rooms do both in turn. */
import { closedLoop } from '../load/loads.js';
import { whole } from '../report/table.js';
import { poolFor, withChat } from '../systems/line-up.js';
import { compare, measureLoad, playRounds } from './rounds.js';

const ROOM_COUNT = 100;
const USERS_PER_ROOM = 10;

/**
 * @typedef {import('../options.js').Options} Options
 * @typedef {import('./index.js').Say} Say
 */

/**
 * @param {Options} options
 * @param {Say} say
 */
export async function runValues(options, say) {
  const ways = options.ways ?? ['poll'];
  const rows = [];
  for (const way of ways) {
    const named = (/** @type {string} */ kind) => (ways.length > 1 ? `${kind}, ${way}` : kind);
    rows.push(...(await compareKinds({ ...options, ways: [way] }, named, say)));
  }
  return rows;
}

/**
 * @param {Options} options
 * @param {(kind: string) => string} named
 * @param {Say} say
 */
function compareKinds(options, named, say) {
  return withChat(options, { env: poolFor(options, ROOM_COUNT * USERS_PER_ROOM) }, async (crowd) => {
    say(`${whole(ROOM_COUNT * USERS_PER_ROOM)} users join`);
    await crowd.join(ROOM_COUNT, USERS_PER_ROOM);
    await crowd.listen();
    const kinds = /** @type {const} */ (['messages', 'values']).map((kind) => ({
      kind,
      system: { name: named(kind) },
      meter: crowd.meter,
      lost: () => crowd.lost(),
    }));
    const play = (/** @type {typeof kinds[number]} */ { kind }) => {
      for (const room of crowd.rooms) room.writes = kind;
      return measureLoad(crowd, closedLoop, options.seconds);
    };
    return compare(await playRounds(kinds, options, play, say));
  });
}

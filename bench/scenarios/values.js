/** Compares the cost of writing a value with the cost of a message. The same rooms do both in turn. */

import { closedLoop } from '../load/loads.js';
import { whole } from '../report/table.js';
import { poolFor, withChat } from '../systems/line-up.js';
import { compare, measureLoad, playRounds } from './rounds.js';

const ROOM_COUNT = 100;
const USERS_PER_ROOM = 10;

/**
 * @param {import('../options.js').Options} options
 * @param {import('./index.js').Say} say
 */
export function runValues(options, say) {
  return withChat(options, { env: poolFor(options, ROOM_COUNT * USERS_PER_ROOM) }, async (crowd) => {
    say(`${whole(ROOM_COUNT * USERS_PER_ROOM)} users join`);
    await crowd.join(ROOM_COUNT, USERS_PER_ROOM);
    await crowd.listen();
    const kinds = /** @type {const} */ (['messages', 'values']).map((kind) => ({
      kind,
      system: { name: kind },
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

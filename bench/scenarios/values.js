/** What a value that is written costs beside a message: the same rooms, by the one and by the other in turn. */

import { closedLoop } from '../load/loads.js';
import { poolFor, withCrowds } from '../systems/line-up.js';
import { compare, measureLoad, playRounds } from './rounds.js';

const ROOMS = 100;
const SIZE = 10;

export function runValues(_, options, say) {
  return withCrowds(
    { ...options, compared: null },
    { floor: false, env: poolFor(options, ROOMS * SIZE) },
    async ([crowd]) => {
      say(`${(ROOMS * SIZE).toLocaleString('en')} users join`);
      await crowd.join(ROOMS, SIZE);
      await crowd.poll();
      const kinds = ['messages', 'values'].map((kind) => ({
        kind,
        system: { name: kind },
        meter: crowd.meter,
        lost: () => crowd.lost(),
      }));
      const play = ({ kind }) => {
        for (const room of crowd.rooms) room.writes = kind;
        return measureLoad(crowd, closedLoop, options.seconds);
      };
      return compare(kinds, await playRounds(kinds, options, play, say));
    },
  );
}

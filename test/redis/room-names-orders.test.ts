/**
 * Users who join, enter, exit, rename themselves and leave under few names, in any order of their steps, also in
 * processes that die. Two members of a room never have the same name, and no name is lost.
 */
import fc from 'fast-check';
import { describe } from 'vitest';
import { bothPlans } from '../support/fixtures/parts.js';
import { NamesWorld, type NameTask } from '../support/names-world.js';

const NAMES = ['Anna', 'ANNA', 'Bert', 'Carl'];

const task: fc.Arbitrary<NameTask> = fc.record({
  doing: fc.constantFrom('join', 'enter', 'enter', 'exit', 'rename', 'rename', 'rename', 'leave'),
  who: fc.nat(2),
  room: fc.constantFrom('r', 's'),
  name: fc.constantFrom(...NAMES),
  secret: fc.constantFrom(undefined, undefined, 'one-secret-of-22-letters', 'other-secret-of-22-letters'),
});

/** Which of so many operations goes on; -1 is the death of the first one's process. */
const orders = fc
  .tuple(fc.infiniteStream(fc.nat(999)), fc.boolean())
  .map(([numbers, deadly]) => (options: number): number => {
    const number = numbers.next().value ?? 0;
    return deadly && number > 950 ? -1 : number % options;
  });

describe.for(bothPlans({ LIVE: 'off' }))('in %s', ([, it]) => {
  it('nobody has the name of another member, and every name can be had again', async ({ part, worker }) => {
    const world = new NamesWorld(part, worker);
    await fc.assert(
      fc.asyncProperty(fc.array(task, { minLength: 2, maxLength: 8 }), orders, async (tasks, order) => {
        await world.begin(['Anna', 'Bert', 'Carl']);
        await world.play(tasks, order);
      }),
      { numRuns: 150 },
    );
  });

  it('a user that enters and renames itself at once has a name that is its own in each room', async ({
    part,
    worker,
  }) => {
    const world = new NamesWorld(part, worker);
    const tasks: NameTask[] = [
      { doing: 'enter', who: 0, room: 's', name: '' },
      { doing: 'rename', who: 0, room: '', name: 'Dora' },
      { doing: 'join', who: 0, room: 's', name: 'Dora' },
    ];
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        await world.begin(['Anna', 'Bert', 'Carl']);
        await world.play(tasks, order);
      }),
      { numRuns: 60 },
    );
  });

  it('an entry that dies beside a rename leaves nobody with the name of another member', async ({ part, worker }) => {
    const world = new NamesWorld(part, worker);
    const tasks: NameTask[] = [
      { doing: 'enter', who: 0, room: 's', name: '' },
      { doing: 'rename', who: 0, room: '', name: 'Dora' },
      { doing: 'join', who: 0, room: 's', name: 'Dora' },
    ];
    for (let before = 0; before < 6; before += 1) {
      for (let after = 0; after < 4; after += 1) {
        // the entry does some steps, then the others do all of theirs, then it does some more and dies
        let [first, last] = [before, after];
        await world.begin(['Anna', 'Bert', 'Carl']);
        await world.play(tasks, (options) => {
          if (first-- > 0) return 0;
          if (options > 1) return 1;
          return last-- > 0 ? 0 : -1;
        });
      }
    }
  });
});

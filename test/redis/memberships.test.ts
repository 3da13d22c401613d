/**
 * A user is in a room by the room's account and by its own, or by none, whatever the order of the single steps of enter, exit, kick, ban, leave,
 * private messages and expiry, and wherever a process dies; and what was accepted for a member comes to it.
 */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { bothPlans } from '../support/fixtures/parts.js';
import { inEveryOrder } from '../support/turns.js';
import { type Doing, type Task, World } from '../support/world.js';

const of = (doing: Doing, who = 0, to = 1): Task => ({ doing, who, to });

describe.for(bothPlans({ LIVE: 'off' }))('in %s', ([plan, it]) => {
  let world: World;
  it.beforeAll(({ part, worker }) => {
    world = new World(part, worker);
  });

  // entries and exits take the same steps with both plans
  it.skipIf(plan !== 'steps').each([
    ['enter, exit', [of('enter'), of('exit')], true],
    ['enter, exit', [of('enter'), of('exit')], false],
    ['enter, kick', [of('enter'), of('kick')], false],
    ['enter, expiry', [of('enter'), of('expire')], false],
  ])('both accounts agree in every order of the steps of %s', async (_name, tasks, isMember) => {
    const count = await inEveryOrder(async (choose) => {
      await world.begin([isMember, true], false);
      await world.play(tasks, choose);
    });
    expect(count).toBeGreaterThan(10);
  });

  const task = fc.record({
    doing: fc.constantFrom<Doing>(
      'enter',
      'enter',
      'exit',
      'exit',
      'kick',
      'ban',
      'leave',
      'expire',
      'write',
      'write',
      'write',
      'say',
      'say',
      'exitPrivate',
      'exitPrivate',
      'fanOut',
    ),
    who: fc.nat(2),
    to: fc.nat(2),
  });

  /** In which order the steps come: of so many that wait, which goes on; -1 is the death of the first one's process. */
  const orders = fc
    .tuple(fc.infiniteStream(fc.nat(999)), fc.boolean())
    .map(([numbers, deadly]) => (options: number): number => {
      const number = numbers.next().value ?? 0;
      return deadly && number > 920 ? -1 : number % options;
    });

  it.each([
    ['exits', [of('write'), of('exitPrivate', 1, 0), of('write')]],
    ['ends', [of('write'), of('leave', 1, 0), of('write')]],
  ])('what is written privately to somebody who %s is refused or comes', async (_name, tasks) => {
    await fc.assert(
      fc.asyncProperty(orders, fc.boolean(), async (order, acquainted) => {
        await world.begin([false, false], acquainted);
        await world.play(tasks, order);
      }),
      { numRuns: 40 },
    );
  });

  it('a user that exits, enters again and leaves is in no room, in any order, also of processes that die', async () => {
    const tasks = [of('leave'), of('exit'), of('enter'), of('enter')];
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        await world.begin([true], false);
        await world.play(tasks, order);
      }),
      { numRuns: 300 },
    );
  });

  it('both accounts agree in any order of any steps, also of processes that die, and what was accepted comes to its members', async () => {
    const members = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(task, { minLength: 2, maxLength: 8 }),
        orders,
        members,
        fc.boolean(),
        async (tasks, order, isMember, acquainted) => {
          await world.begin(isMember, acquainted);
          await world.play(tasks, order);
        },
      ),
      { numRuns: 100 },
    );
  });
});

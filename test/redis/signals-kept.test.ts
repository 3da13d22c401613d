/**
 * Signals that come while no poll of their user is held: the latest ones wait for its next poll, at whatever process.
 */
import { describe, expect } from 'vitest';
import { bothWaysAsking, freshRoom } from '../support/fixtures/parts.js';
import type { Answer, Part } from '../support/parts.js';
import { joinAs, type Person } from '../support/people.js';
import { until } from '../support/until.js';

describe.for(bothWaysAsking())('with LIVE=%s, asked by %s, signals that come between two polls', ([, , it]) => {
  let here: Part, there: Part;
  it.beforeAll(({ part, otherPart }) => {
    [here, there] = [part, otherPart];
  });

  /** People in a room of their own, who have polled all that is in their inboxes. */
  async function people(): Promise<{ room: string; anna: Person; bert: Person; carl: Person }> {
    const room = freshRoom();
    const [anna, bert, carl] = [await joinAs(here, room), await joinAs(here, room), await joinAs(here, room)];
    for (const one of [anna, bert, carl]) await one.poll(here);
    return { room, anna, bert, carl };
  }

  const signal = ({ token, room: own }: Person, data: unknown, room = own) =>
    there.call('signal', { token, room, data });
  const isSignal = ({ type }: { type: string }): boolean => type === 'signal';
  const dataOf = ({ events }: Answer): unknown[] => events.filter(isSignal).map(({ data }) => data);

  /** Resolves when a process has heard all signals of before. */
  async function heard(by: Part): Promise<void> {
    const witness = await joinAs(by, freshRoom());
    await until(async () => {
      await signal(witness, 'all');
      return dataOf(await witness.poll(by, 0.05)).length > 0;
    }, 'all signals');
  }

  it('are given with the next poll, held or not: the newest of each sender in each room', async () => {
    const { anna, bert, carl } = await people();
    await here.call('enter', { token: anna.token, room: 'second' });
    await here.call('enter', { token: bert.token, room: 'second' });
    for (const timeout of [5, 0]) {
      for (const data of [1, 2, 3]) await signal(bert, data);
      await signal(carl, 'carl');
      await signal(bert, 'elsewhere', 'second');
      await heard(here);
      expect(dataOf(await anna.poll(here, timeout))).toEqual([3, 'carl', 'elsewhere']);
    }
    expect(dataOf(await anna.poll(here))).toEqual([]);
  });

  it('follow a user that polls at another process, and are not given again by the first', async () => {
    const { anna, bert } = await people();
    for (const data of [1, 2]) await signal(bert, data);
    await heard(here);
    expect(dataOf(await anna.poll(there, 5))).toEqual([2]);
    await signal(bert, 3);
    await heard(there);
    await heard(here);
    expect(dataOf(await anna.poll(here, 5))).toEqual([3]);
    expect(dataOf(await anna.poll(there))).toEqual([]);
  });

  it('are not given of a room that the user has left meanwhile, nor when it has left the chat', async () => {
    const { room, anna, bert } = await people();
    await here.call('enter', { token: anna.token, room: 'after' });
    await signal(bert, 'before');
    await heard(here);
    await there.call('exit', { token: anna.token, room });
    await until(async () => {
      await signal(bert, 'meanwhile');
      await there.call('send', { token: anna.token, room: 'after', text: 'out' });
      return here.polls.hearers.isIn(anna.id, 'after') && !here.polls.hearers.isIn(anna.id, room);
    }, 'the notice');
    expect(dataOf(await anna.poll(here))).toEqual([]);
    await there.call('leave', { token: anna.token });
    await until(() => !here.polls.hearers.isIn(anna.id, 'after'), 'the end');
  });

  it('come with the messages of the next answer', async () => {
    const { anna, bert } = await people();
    await signal(bert, 'typing');
    await heard(here);
    await bert.send(there, 'hello');
    const { events } = await anna.poll(here, 5);
    expect(events).toContainEqual(expect.objectContaining({ type: 'signal', data: 'typing' }));
  });
});

/** A member that exits, or is sent out, gets what was accepted before its `left`, and nothing of what comes after. */
import { describe, expect } from 'vitest';
import { settle } from '../../apps/worker/jobs/settle.js';
import { privateRoom } from '../../shared/protocol/events.js';
import { enterRoom } from '../../shared/store/memberships.js';
import { emptyTest } from '../support/fixtures/parts.js';
import { dyingStore } from '../support/key-space.js';
import type { Part, Worker } from '../support/parts.js';
import { joinAs, type Person } from '../support/people.js';
import { allKeys } from '../support/redis.js';
import { until } from '../support/until.js';

const it = emptyTest;
let part: Part, worker: Worker, anna: Person, bert: Person, owner: string;
it.beforeEach(async ({ scene }) => {
  ({ part, worker } = scene);
  anna = await joinAs(part, 'home'); // in different shards
  bert = await joinAs(part, 'home');
  owner = String((await part.call('enter', { token: anna.token, room: 'r' })).owner);
  await part.call('enter', { token: bert.token, room: 'r' });
  for (const one of [anna, bert]) await one.poll(part);
});

const say = (person: Person, text: string, room = 'r') => part.call('send', { token: person.token, room, text });
const exit = (person: Person, room = 'r') => part.call('exit', { token: person.token, room });
const advance = (room = 'r') => worker.fanOut.advanceRoom(room);

/** The events of a user in a room: texts, and types of other events with the id of their user. */
async function got(person: Person, room = 'r'): Promise<string[]> {
  const { events } = await person.poll(part);
  return events.filter((event) => event.room === room).map(({ type, text, from }) => text ?? `${type} ${from.id}`);
}

/** Keys that are there only while somebody is leaving. */
const leftovers = async (): Promise<string[]> =>
  (await allKeys(part.store.redis)).filter((key) => /(moves|leaving):/.test(key));

describe('a member that exits', () => {
  it('gets what was accepted before, not its own `left`, and nothing after', async () => {
    await say(anna, 'before');
    await exit(bert);
    await say(anna, 'after');
    await expect(say(bert, 'mine')).rejects.toMatchObject({ code: 'not_in_room' });
    await advance();
    expect(await got(bert)).toEqual([`joined ${anna.id}`, `joined ${bert.id}`, 'before']);
    await say(anna, 'later');
    await advance();
    expect(await got(bert)).toEqual([]);
    expect(await got(anna)).toEqual([
      `joined ${anna.id}`,
      `joined ${bert.id}`,
      'before',
      `left ${bert.id}`,
      'after',
      'later',
    ]);
    expect(await leftovers()).toEqual([]);
  });

  it('gets it as the last one in the room', async () => {
    await exit(anna);
    await say(bert, 'alone');
    await exit(bert);
    await advance();
    expect(await got(bert)).toEqual([`joined ${anna.id}`, `joined ${bert.id}`, `left ${anna.id}`, 'alone']);
    expect(await leftovers()).toEqual([]);
  });

  it('gets it privately too', async () => {
    const room = privateRoom(anna.id, bert.id);
    await part.call('send', { token: anna.token, to: bert.id, text: 'psst' });
    await exit(bert, room);
    await exit(anna, room);
    await advance(room);
    expect(await got(bert, room)).toEqual(['psst']);
    expect(await got(anna, room)).toEqual(['psst']);
    expect(await leftovers()).toEqual([]);
  });

  it('gets it in order when it comes back before that was delivered', async () => {
    await say(anna, 'before');
    await exit(bert);
    await say(anna, 'between');
    await part.call('enter', { token: bert.token, room: 'r' });
    await say(anna, 'after');
    await advance();
    expect((await got(bert)).filter((what) => what !== 'between')).toEqual([
      `joined ${anna.id}`,
      `joined ${bert.id}`,
      'before',
      `left ${bert.id}`,
      `joined ${bert.id}`,
      'after',
    ]);
    expect(await leftovers()).toEqual([]);
  });

  it('gets it while it is live', async () => {
    await advance();
    await anna.becomeLive(part);
    await bert.becomeLive(part);
    await say(anna, 'before');
    await exit(bert);
    await say(anna, 'after');
    const held = bert.poll(part, 5);
    await advance();
    expect((await held).events.map(({ text }) => text)).toEqual(['before']);
    expect(part.polls.live.mirrors.ofToken(bert.token)).toBeTruthy();
    await until(
      async () => (await part.call('send', { token: anna.token, to: bert.id, text: 'still here' })).ok,
      'to be there',
    );
  });

  it('gets it in a room of more members than one script call serves, also in the middle of a batch', async () => {
    const many: Person[] = [];
    while (many.length < 80) many.push(...(await Promise.all(Array.from({ length: 20 }, () => joinAs(part, 'r')))));
    for (const one of many) await one.poll(part);
    await advance();
    for (const one of [bert, ...many]) await one.poll(part);
    const texts = Array.from({ length: 8 }, (_, number) => String(number).repeat(2_000)); // few members are served at a time
    for (const text of texts) await say(anna, text);
    await Promise.all(many.slice(0, 10).map((one) => exit(one)));
    await Promise.all([advance(), ...many.slice(10, 70).map((one) => exit(one))]);
    await say(anna, 'after');
    await advance();
    for (const one of many.slice(0, 70)) expect((await got(one)).filter((what) => !/^left /.test(what))).toEqual(texts);
    expect(await leftovers()).toEqual([]);
  });
});

describe('a member that is sent out', () => {
  it.each([
    ['kick', {}],
    ['ban', { seconds: 60 }],
  ] as const)('by %s gets what was accepted before, and its own `left`', async (act, more) => {
    await say(anna, 'before');
    await part.call(act, { token: anna.token, room: 'r', user: bert.id, owner, ...more });
    await say(anna, 'after');
    await advance();
    expect(await got(bert)).toEqual([`joined ${anna.id}`, `joined ${bert.id}`, 'before', `left ${bert.id}`]);
    expect(await leftovers()).toEqual([]);
  });
});

describe('a process that dies', () => {
  it.each([1, 2, 3])(
    'before step %i of an exit leaves nothing for good, and nothing that was accepted is lost',
    async (step) => {
      const { exit: run } = (await import('../../apps/api/operations/index.js')).operations;
      const before = await say(anna, 'before');
      const dying = { ...part.chat, store: dyingStore(part.store, step) };
      await expect(run(dying, { token: bert.token, room: 'r' }, {} as never)).rejects.toThrow('killed');
      await say(anna, 'after');
      await settle(worker.store, worker.fanOut, -1_000);
      await advance();
      expect(before.ok).toBe(true);
      expect(await got(bert)).toContain('before');
      const { members } = await part.call('members', { token: anna.token, room: 'r' });
      expect((members as { id: number }[]).some(({ id }) => id === bert.id)).toBe(step === 1);
      await settle(worker.store, worker.fanOut, -1_000);
      expect(await leftovers()).toEqual([]);
    },
  );

  it('in the middle of an entry leaves the user out by both accounts', async () => {
    const dying = { ...dyingStore(part.store, 1), durable: part.store.redis };
    await exit(bert);
    await enterRoom(dying, 'r', bert.id, null).catch(() => undefined);
    await settle(worker.store, worker.fanOut, -1_000);
    await advance();
    await settle(worker.store, worker.fanOut, -1_000);
    expect(await leftovers()).toEqual([]);
  });
});

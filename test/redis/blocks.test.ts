/** Blocks: no private message and no private signal comes from a blocked user, until it is unblocked. */
import { describe, expect } from 'vitest';
import { settle } from '../../apps/worker/jobs/settle.js';
import { BLOCKS_MAX } from '../../shared/protocol/limits.js';
import type { Store } from '../../shared/store/store.js';
import { emptyTest } from '../support/fixtures/parts.js';
import { dyingStore, ghosts } from '../support/key-space.js';
import type { Part, Worker } from '../support/parts.js';
import { joinAs, type Person } from '../support/people.js';
import { until } from '../support/until.js';

const it = emptyTest;
let part: Part, worker: Worker, anna: Person, bert: Person, room: string;
it.beforeEach(async ({ part: here, worker: other }) => {
  [part, worker] = [here, other];
  anna = await joinAs(part, 'r', 'Anna');
  bert = await joinAs(part, 'r', 'Bert');
  room = `${anna.id}:${bert.id}`;
});

const write = (from: Person, to: Person, by = part) => by.call('send', { token: from.token, to: to.id, text: 'psst' });
const block = (who: Person, user: number) => part.call('block', { token: who.token, user });
const unblock = (who: Person, user: number) => part.call('unblock', { token: who.token, user });
const BLOCKED = { code: 'not_allowed', details: { field: 'to', reason: 'blocked' } };

async function isIn(person: Person): Promise<boolean[]> {
  const { redis: client, keys } = part.store;
  const [inRoster, inRooms] = [
    client.hexists(keys.roster(room), String(person.id)),
    client.sismember(keys.userRooms(person.id), room),
  ];
  return [(await inRoster) === 1, (await inRooms) === 1];
}

describe('who is blocked', () => {
  it('is refused what it sends privately, whether the two have written before or not, and may speak in the room', async () => {
    await block(anna, bert.id);
    await expect(write(bert, anna)).rejects.toMatchObject(BLOCKED);
    await unblock(anna, bert.id);
    await write(bert, anna);
    await write(anna, bert);
    expect(await block(anna, bert.id)).toEqual({ ok: true, blocked: [bert.id] });
    for (const how of [{ to: anna.id }, { room }]) {
      await expect(part.call('send', { token: bert.token, text: 'and now?', ...how })).rejects.toMatchObject(BLOCKED);
    }
    expect(await isIn(anna)).toEqual([false, false]);
    await bert.send(part, 'hello all');
    expect((await part.call('history', { token: anna.token })).events).toContainEqual(
      expect.objectContaining({ text: 'hello all' }),
    );
  });

  it('is not written to either, and is again when it is unblocked; what was said before is there again', async () => {
    await part.call('send', { token: bert.token, to: anna.id, text: 'before' });
    await block(anna, bert.id);
    await expect(write(anna, bert)).rejects.toMatchObject({
      ...BLOCKED,
      message: expect.stringContaining('You have blocked'),
    });
    expect(await unblock(anna, bert.id)).toEqual({ ok: true, blocked: [] });
    await write(anna, bert);
    await write(bert, anna);
    const { events } = await part.call('history', { token: anna.token, room });
    expect(events.map(({ text }) => text)).toEqual(['before', 'psst', 'psst']);
  });

  it('is not heard by private signals', async () => {
    await write(bert, anna);
    await anna.becomeLive(part);
    await block(anna, bert.id);
    await until(() => part.polls.heldIn(room).length === 0, 'the notice');
    const held = part.poll(anna.token, anna.cursor, 5);
    await part.call('signal', { token: bert.token, room, data: 'private' });
    await part.call('signal', { token: bert.token, room: 'r', data: 'public' });
    expect((await held).events).toMatchObject([{ type: 'signal', data: 'public' }]);
  });

  it('stays so however often it is said, and others are not concerned', async () => {
    const carl = await joinAs(part, 'r', 'Carl');
    await block(anna, bert.id);
    expect(await block(anna, bert.id)).toMatchObject({ blocked: [bert.id] });
    expect(await block(anna, carl.id)).toMatchObject({ blocked: [bert.id, carl.id] });
    await write(bert, carl);
    expect(await unblock(anna, carl.id)).toMatchObject({ blocked: [bert.id] });
    expect(await unblock(anna, carl.id)).toMatchObject({ blocked: [bert.id] });
    await write(carl, anna);
  });
});

it('enter names all who are blocked, so that a page knows them after a reload', async () => {
  expect(await part.call('enter', { token: anna.token, room: 'r' })).not.toHaveProperty('blocked');
  await block(anna, bert.id);
  expect(await part.call('enter', { token: anna.token, room: 'r' })).toMatchObject({ blocked: [bert.id] });
});

it('a user blocks so many others at most, never itself, and takes all of it along when it leaves', async () => {
  await expect(block(anna, anna.id)).rejects.toMatchObject({ code: 'bad_request', details: { field: 'user' } });
  for (let i = 1; i <= BLOCKS_MAX; i += 1) await block(anna, 1_000_000 + i);
  await block(anna, 1_000_001);
  const error = { code: 'bad_request', message: expect.stringContaining(`${BLOCKS_MAX}`), details: { field: 'user' } };
  await expect(block(anna, bert.id)).rejects.toMatchObject(error);
  await unblock(anna, 1_000_007);
  await block(anna, bert.id);
  for (const { token } of [anna, bert]) await part.call('leave', { token });
  expect(await ghosts(part.store)).toEqual([]);
});

it('a block holds at whatever step of a private message it comes', async () => {
  for (let step = 0, wasCut = true; wasCut; step += 1) {
    await unblock(anna, bert.id);
    await part.call('exit', { token: bert.token, room }).catch(() => undefined);
    const cut = interruptedStore(part.store, step, () => block(anna, bert.id));
    const sending = Object.assign(Object.create(part) as Part, { chat: { ...part.chat, store: cut.store } });
    await write(bert, anna, sending).catch(() => undefined);
    wasCut = cut.done();
    expect(await isIn(anna), `step ${step}`).toEqual(wasCut ? [false, false] : [true, true]);
  }
});

it('a block holds even if the process of the private message dies after it', async () => {
  for (let step = 0, wasCut = true; wasCut; step += 1)
    for (let more = 1, wasKilled = true; wasKilled; more += 1) {
      await unblock(anna, bert.id);
      for (const { token } of [anna, bert]) await part.call('exit', { token, room }).catch(() => undefined);
      const cut = interruptedStore(dyingStore(part.store, step + more), step, () => block(anna, bert.id));
      const sending = Object.assign(Object.create(part) as Part, { chat: { ...part.chat, store: cut.store } });
      wasKilled = await write(bert, anna, sending).then(
        () => false,
        ({ message }: Error) => message === 'killed',
      );
      wasCut = cut.done();
      await settle(part.store, worker.fanOut, -1_000);
      expect(await isIn(anna), `killed ${more} after step ${step}`).toEqual([!wasCut, !wasCut]);
    }
});

/** A store that does something else before its command number `commands` (from 0). */
function interruptedStore(
  store: Store,
  commands: number,
  act: () => Promise<unknown>,
): { store: Store; done: () => boolean } {
  let left = commands;
  const redis = new Proxy(store.redis, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]): Promise<unknown> => {
        left -= 1;
        if (left === -1) await act();
        return Reflect.apply(member, target, args) as unknown;
      };
    },
  });
  return { store: { ...store, redis, durable: redis }, done: () => left < 0 };
}

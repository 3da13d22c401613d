/** Users who are ended, renamed or expired while something else happens to them. */
import { describe, expect } from 'vitest';
import { expire } from '../../apps/worker/jobs/expire.js';
import { enterRoom } from '../../shared/store/memberships.js';
import { readRoom } from '../../shared/store/rooms.js';
import { parseToken } from '../../shared/store/tokens.js';
import { expireUser } from '../../shared/store/user-end.js';
import { emptyTest } from '../support/fixtures/parts.js';
import { endEverybody, ghosts } from '../support/key-space.js';
import type { Part, Worker } from '../support/parts.js';
import { joinAs, type Person } from '../support/people.js';

const TTL = 90_000;
const it = emptyTest;
let part: Part, worker: Worker, anna: Person, bert: Person;
it.beforeEach(async ({ scene }) => {
  ({ part, worker } = scene);
  anna = await joinAs(part, 'r', 'Anna');
  bert = await joinAs(part, 'r', 'Bert');
});

/** Makes it look as if a user had last been seen so long ago (ms). */
async function seenAgo(person: Person, ms: number): Promise<void> {
  const { redis: store, keys } = part.store;
  const [seconds] = await store.time();
  await store.zadd(keys.seen(keys.userShard(person.id)), Number(seconds) * 1_000 - ms, person.id);
}

const runExpiry = (): Promise<number> => expire(part.store, 5_000, () => undefined);

describe('expiry', () => {
  it('ends who has called nothing since it joined sooner than who has polled', async () => {
    await bert.poll(part);
    const { redis: store, keys } = part.store;
    const [ofAnna, ofBert] = await Promise.all(
      [anna, bert].map(async ({ id }) => Number(await store.zscore(keys.seen(keys.userShard(id)), id))),
    );
    expect((ofBert ?? 0) - (ofAnna ?? 0)).toBeGreaterThanOrEqual(TTL - 30_000);
    expect((ofBert ?? 0) - (ofAnna ?? 0)).toBeLessThan(TTL - 20_000);
  });

  it('ends all in one run, however many they are: a flood of users must not stay for longer than others', async () => {
    const many: Person[] = [];
    while (many.length < 1_000)
      many.push(...(await Promise.all(Array.from({ length: 100 }, (_, i) => joinAs(part, `r${i % 9}`)))));
    await Promise.all(many.map((one) => seenAgo(one, TTL + 1_000)));
    expect(await runExpiry()).toBe(1_000);
    const left = await Promise.all(
      part.store.keys.allShards.map((shard) => part.store.redis.zrange(part.store.keys.seen(shard), '0', '-1')),
    );
    expect(left.flat().sort()).toEqual([anna.id, bert.id].map(String).sort());
  });

  it('ends who was not seen for USER_TTL, tells the room and frees the name', async () => {
    await seenAgo(anna, TTL + 1_000);
    await runExpiry();
    await worker.fanOut.advanceRoom('r');
    const { events } = await bert.poll(part);
    expect(events).toContainEqual(expect.objectContaining({ type: 'left', from: { id: anna.id, name: 'Anna' } }));
    await expect(part.poll(anna.token, anna.cursor)).rejects.toMatchObject({ code: 'unauthorized' });
    expect((await joinAs(part, 'r', 'anna')).id).not.toBe(anna.id);
  });

  it('ends who said that its page is closing, mirrored or not, unless it comes back', async () => {
    await anna.becomeLive(part);
    for (const person of [anna, bert]) await part.call('leave', { token: person.token, after: 1 });
    await part.polls.live.tick();
    await bert.poll(part);
    await part.store.redis.zincrby(part.store.keys.seen(part.store.keys.userShard(anna.id)), -2_000, anna.id); // two seconds later
    expect(await runExpiry()).toBe(1);
    await expect(part.poll(anna.token, anna.cursor)).rejects.toMatchObject({ code: 'unauthorized' });
    await bert.send(part, 'still here');
  });

  it('spares who is seen between the look at the list and the end', async () => {
    await seenAgo(anna, TTL + 1_000);
    const before = Date.now() - TTL;
    await part.poll(anna.token, anna.cursor);
    expect(await expireUser(part.store, anna.id, before)).toEqual([]);
    await anna.send(part, 'still here');
  });

  it('ends nobody for one USER_TTL after a gap in its own runs', async () => {
    await runExpiry();
    const { redis: store } = part.store;
    await store.hset(part.store.keys.expiry, 'ran', Number(await store.hget(part.store.keys.expiry, 'ran')) - 60_000);
    await seenAgo(anna, TTL + 1_000);
    expect(await runExpiry()).toBe(0);
    expect(await runExpiry()).toBe(0);
    await store.hset(part.store.keys.expiry, 'from', 0);
    expect(await runExpiry()).toBe(1);
  });

  it('of somebody who is written to privately: refused, and nothing of the two is left', async () => {
    await bert.send(part, 'x');
    await expireUser(part.store, anna.id, Number.MAX_SAFE_INTEGER);
    await expect(part.call('send', { token: bert.token, to: anna.id, text: 'psst' })).rejects.toMatchObject({
      code: 'no_such_user',
      details: { field: 'to' },
    });
    await part.call('leave', { token: bert.token });
    expect(await ghosts(part.store)).toEqual([]);
  });

  it('of all leaves only logs', async () => {
    await part.call('send', { token: bert.token, to: anna.id, text: 'psst' });
    await part.call('enter', { token: bert.token, room: 'second' });
    await part.call('rename', { token: bert.token, name: 'Bertram' });
    for (const room of ['r', 'second', `${anna.id}:${bert.id}`]) await worker.fanOut.advanceRoom(room);
    await part.poll(anna.token, anna.cursor);
    await endEverybody(part.store);
    expect(await ghosts(part.store)).toEqual([]);
  });
});

describe('a private message', () => {
  it('reaches both, is refused to others, and goes on after one of them joined anew', async () => {
    await part.call('send', { token: anna.token, to: bert.id, text: 'psst' });
    const room = `${anna.id}:${bert.id}`;
    await worker.fanOut.advanceRoom(room);
    expect((await bert.poll(part)).events).toContainEqual(
      expect.objectContaining({ room, private: true, text: 'psst' }),
    );
    expect((await anna.poll(part)).events).toContainEqual(
      expect.objectContaining({ room, private: true, text: 'psst' }),
    );
    const carl = await joinAs(part, 'r');
    await expect(part.call('history', { token: carl.token, room })).rejects.toMatchObject({ code: 'not_in_room' });
    await expect(part.call('send', { token: carl.token, room, text: 'x' })).rejects.toMatchObject({
      code: 'not_in_room',
    });
  });
});

describe('names', () => {
  it("are one person's whoever is faster: ten who join and one who renames", async () => {
    const tries = [
      ...Array.from({ length: 10 }, () => joinAs(part, 'r', 'ZOË')),
      part.call('rename', { token: anna.token, name: 'Zoë' }),
    ];
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({ code: 'name_taken', details: { field: 'name' } });
    await endEverybody(part.store);
    expect(await ghosts(part.store)).toEqual([]);
  });

  it('are given back by rename, and its event says who it was', async () => {
    await part.call('rename', { token: anna.token, name: 'Berta' });
    await joinAs(part, 'r', 'Anna');
    await worker.fanOut.advanceRoom('r');
    expect((await bert.poll(part)).events).toContainEqual(
      expect.objectContaining({ type: 'renamed', was: 'Anna', from: { id: anna.id, name: 'Berta' } }),
    );
  });

  it('of one user renamed many times at once: all but one are given back', async () => {
    await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => part.call('rename', { token: anna.token, name: `Anna${i}` })),
    );
    const { redis: store, keys } = part.store;
    expect((await store.hkeys(keys.holders('r'))).filter((folded) => folded.startsWith('anna'))).toHaveLength(1);
    await endEverybody(part.store);
    expect(await ghosts(part.store)).toEqual([]);
  });

  it('that differ only in what nobody sees are the same, and there are none of that alone', async () => {
    for (const hidden of ['\u200b', '\u2060', '\u00ad', '\u3164', '\u034f', '\ufe0f']) {
      await expect(joinAs(part, 'r', `An${hidden}na`)).rejects.toMatchObject({ code: 'name_taken' });
    }
  });

  it('follow a rename into a room that was being entered', async () => {
    const { redis: store } = part.store;
    const rename = { done: false };
    const slow = new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (name !== 'enter-room' || typeof member !== 'function')
          return typeof member === 'function' ? member.bind(target) : member;
        return async (...args: unknown[]) => {
          if (!rename.done) await part.call('rename', { token: anna.token, name: 'Annabel' });
          rename.done = true;
          return Reflect.apply(member, target, args) as unknown;
        };
      },
    });
    const { id, tokenHash } = parseToken(anna.token);
    await enterRoom({ ...part.store, redis: slow }, 'second', id, tokenHash);
    expect((await readRoom(part.store, 'second', 0)).members).toEqual([{ id, name: 'Annabel' }]);
  });

  it('of a user that Redis has forgotten are taken over', async () => {
    await part.store.redis.del(part.store.keys.user(anna.id));
    expect((await joinAs(part, 'r', 'Anna')).id).toBeGreaterThan(bert.id);
  });
});

describe('an id', () => {
  it('that a restored Redis counts up again is not given to a second user', async () => {
    await part.store.redis.set(part.store.keys.nextUser, 0);
    const carl = await joinAs(part, 'r');
    expect(carl.id).toBe(bert.id + 1);
  });
});

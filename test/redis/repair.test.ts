/** Repair after a failover: one master has lost its last moments, the others have not. */
import { expect } from 'vitest';
import { repair, repairAfterFailovers } from '../../apps/worker/jobs/repair.js';
import { compareIds, privateRoom } from '../../shared/protocol/events.js';
import { enterRoom } from '../../shared/store/memberships.js';
import { freshRoom, partsWith } from '../support/fixtures/parts.js';
import type { Part, Worker } from '../support/parts.js';
import { joinAs, type Person } from '../support/people.js';
import { masters } from '../support/redis.js';
import { until } from '../support/until.js';

const ONE_SHARD = { SHARDS: '1', LIVE: 'off' };
const ALL = { users: new Set([0]), rooms: new Set([0]) };
const it = partsWith(ONE_SHARD);
let part: Part, worker: Worker, anna: Person, bert: Person, room: string;
it.beforeEach(async ({ scene }) => {
  ({ part, worker } = scene);
  room = freshRoom();
  anna = await joinAs(part, room);
  bert = await joinAs(part, room);
  await worker.fanOut.advanceRoom(room);
  await anna.poll(part);
});

/** Mends what a failover of all masters may have left. */
async function mendAll(): Promise<void> {
  const { redis: client } = worker.store;
  for (const master of await masters(client)) await repair(worker.store, worker.fanOut, master, ALL, 0);
}

it("a delivery that the user's master lost comes, though the room has it that all is delivered", async () => {
  const { redis: client, keys } = part.store;
  const before = (await client.get(keys.position(0, room))) ?? '';
  await bert.send(part, 'lost and found');
  await worker.fanOut.advanceRoom(room);
  await client.set(keys.position(0, room), before);
  await client.rpop(keys.inbox(anna.id));
  await worker.fanOut.advanceRoom(room);
  await anna.poll(part);
  expect(anna.texts).toEqual([]);
  await mendAll();
  await mendAll();
  await anna.poll(part);
  expect(anna.texts).toEqual(['lost and found']);
});

it("a first delivery that the user's master lost comes before the next one, which mending may not precede", async () => {
  const { redis: client, keys } = part.store;
  const between = privateRoom(anna.id, bert.id);
  await part.call('send', { token: anna.token, to: bert.id, text: 'first' });
  const before = await client.get(keys.position(0, between));
  await worker.fanOut.advanceRoom(between);
  await (before === null ? client.del(keys.position(0, between)) : client.set(keys.position(0, between), before));
  await client.rpop(keys.inbox(bert.id));
  await part.call('send', { token: anna.token, to: bert.id, text: 'second' });
  await worker.fanOut.advanceRoom(between);
  await bert.poll(part);
  expect(bert.texts).toEqual(['first', 'second']);
});

it('what is said in the very millisecond in which a shard gets its first member is above what the shard notes', async () => {
  const { redis: client, keys } = part.store;
  for (let number = 0; number < 20; number += 1) {
    const [, id] = await Promise.all([
      enterRoom(part.store, `moment-${number}`, anna.id, null),
      client.xadd(`${keys.prefix}log:{u0}`, '*', 'e', 'said'),
    ]); // sent together
    const [noted] = (await client.get(keys.position(0, `moment-${number}`)))?.split(' ') ?? [];
    expect(compareIds(id ?? '', noted ?? '')).toBeGreaterThan(0);
  }
});

it("who is in a room by the user's own account only is brought in again, who is by the roster only goes", async () => {
  const { redis: client, keys } = part.store;
  await client.hdel(keys.roster(room), String(anna.id));
  await client.srem(keys.userRooms(bert.id), room);
  await client.zrem(keys.members(0, room), bert.id);
  await mendAll();
  expect(await client.hkeys(keys.roster(room))).toEqual([String(anna.id)]);
  await worker.fanOut.advanceRoom(room);
  expect((await anna.poll(part)).events.map(({ type, from }) => [type, from.id])).toEqual(
    expect.arrayContaining([
      ['joined', anna.id],
      ['left', bert.id],
    ]),
  );
});

it('a user that exits while it is being brought in by its own account stays out', async () => {
  const { keys, redis: client } = part.store;
  await client.hdel(keys.roster(room), String(anna.id));
  const redis = new Proxy(worker.store.redis, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || name !== 'enter-user') return member;
      return async (...args: unknown[]) => {
        await anna.act('exit');
        return Reflect.apply(member, target, args);
      };
    },
  });
  for (const master of await masters(client)) await repair({ ...worker.store, redis }, worker.fanOut, master, ALL, 0);
  expect(await client.hkeys(keys.roster(room))).toEqual([String(bert.id)]);
  expect(await client.sismember(keys.userRooms(anna.id), room)).toBe(0);
});

it('a user whom only fan-out counts as a member is none any more', async () => {
  const { redis: client, keys } = part.store;
  await client.hdel(keys.roster(room), String(anna.id));
  await client.srem(keys.userRooms(anna.id), room);
  await mendAll();
  expect(await client.hkeys(keys.roster(room))).toEqual([String(bert.id)]);
  expect(await client.zrange(keys.members(0, room), '0', '-1')).toEqual([String(bert.id)]);
});

it('on one Redis too a worker makes memberships whole', async () => {
  const { redis: client, keys } = part.store;
  const torn = await joinAs(part, 'torn');
  await client.srem(keys.userRooms(torn.id), 'torn');
  const failures: unknown[] = [];
  repairAfterFailovers(worker.store, worker.fanOut, (error) => failures.push(error), 0);
  await until(async () => (await client.exists(keys.roster('torn'))) === 0, 'the roster is empty');
  expect(failures).toEqual([]);
  expect(await client.zscore(keys.publicRooms(0), 'torn')).toBeNull();
  expect(await client.pttl(keys.log('torn'))).toBeGreaterThan(0);
});

it('names that the room lacks, or that are of nobody any more, are put right', async () => {
  const { redis: client, keys } = part.store;
  const before = await client.hgetall(keys.holders(room));
  const own = (await client.hget(keys.nicks(room), String(anna.id))) ?? '';
  await client.hset(keys.holders(room), { gone: '999999', other: `${bert.id} 1`, late: '999999 1' });
  await client.hset(keys.nicks(room), '999999', 'gone');
  await client.hdel(keys.nicks(room), String(anna.id));
  await client.hdel(keys.holders(room), own);
  await mendAll();
  expect(await client.hgetall(keys.holders(room))).toEqual({ ...before, other: `${bert.id} 1` });
  expect(await client.hkeys(keys.nicks(room))).toEqual(expect.arrayContaining([anna.id, bert.id].map(String)));
  expect(await client.hlen(keys.nicks(room))).toBe(2);
});

it('a room that cannot be read does not keep the others from being mended', async () => {
  const { redis: client, keys } = part.store;
  const before = (await client.get(keys.position(0, room))) ?? '';
  const others = Array.from({ length: 40 }, (_, number) => `${room}-${number}`); // more than are mended together
  for (const other of others) {
    await part.call('enter', { token: bert.token, room: other });
    await client.set(keys.log(other), 'no log');
  }
  await bert.send(part, 'lost and found');
  await worker.fanOut.advanceRoom(room);
  await client.set(keys.position(0, room), before);
  await client.rpop(keys.inbox(anna.id));
  await expect(mendAll()).rejects.toThrow('WRONGTYPE');
  for (const other of others) await client.del(keys.log(other));
  await anna.poll(part);
  expect(anna.texts).toEqual(['lost and found']);
});

it('what is whole is left alone', async () => {
  const events = (await part.call('history', { token: anna.token, room })).events.length;
  await mendAll();
  expect((await part.call('history', { token: anna.token, room })).events).toHaveLength(events);
  expect((await anna.poll(part)).events).toEqual([]);
});

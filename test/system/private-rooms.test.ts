/** Private messages: from users who share a room, from a user who has written already, and from no blocked user. */
import { describe, expect } from 'vitest';
import { PRIVATE_ROOMS_MAX } from '../../shared/protocol/limits.js';
import type { RedisClient } from '../../shared/redis/client.js';
import { Keys } from '../../shared/store/keys.js';
import { systemWith } from '../support/fixtures/system.js';
import type { TestSystem } from '../support/processes.js';
import { refusal } from '../support/refusal.js';
import { TestUser } from '../support/user.js';

const SHARDS = 4;
const it = systemWith({ apis: 2, env: { RATE_LIMITS: 'off', SHARDS } });
let system: TestSystem, redis: RedisClient;
it.beforeAll(({ system: started, redis: client }) => {
  [system, redis] = [started, client];
});
const keys = new Keys(SHARDS);

const join = (room: string): Promise<TestUser> => TestUser.join(system.urls, { room });
const write = (from: TestUser, to: TestUser, text = 'psst') => from.send({ to: to.id, text });
const privately = (a: TestUser, b: TestUser): string => `${Math.min(a.id, b.id)}:${Math.max(a.id, b.id)}`;

describe('a private message from a stranger', () => {
  it('is refused as to nobody: no id that is counted down is reached, none says that it exists', async () => {
    const [victim, stranger] = [await join('at-home'), await join('elsewhere')];
    const answers = [];
    for (const id of [...Array(stranger.id).keys(), 999_999_998].slice(1)) {
      answers.push(await refusal(stranger.send({ to: id, text: 'hello' })));
    }
    const message = 'There is no user N in your rooms.';
    const same = { code: 'no_such_user', status: 404, field: 'to', message };
    for (const one of answers) expect({ ...one, message: one.message.replace(/\d+/, 'N') }).toEqual(same);
    const byRoom = stranger.send({ room: privately(victim, stranger), text: 'hello' });
    expect(await refusal(byRoom)).toMatchObject({ code: 'no_such_user' });
    expect(await redis.smembers(keys.userRooms(victim.id))).toEqual(['at-home']);
  });

  it('is taken while the two share any of their rooms, on whatever shards they are', async () => {
    const people = [];
    for (let i = 0; i < SHARDS; i += 1) people.push(await join(`own.${i}`));
    const [first] = people;
    for (const other of people.slice(1)) {
      expect(await refusal(write(first ?? other, other))).toMatchObject({ code: 'no_such_user' });
      for (const user of [first, other]) await user?.ask('enter', { room: 'shared' });
      expect(await write(first ?? other, other)).toMatchObject({ ok: true });
    }
  });

  it('is refused to who was banned from the room, also to its owner', async () => {
    const [owner, banned] = [await join('court'), await join('court')];
    await owner.ask('ban', { room: 'court', user: banned.id, seconds: 60 });
    expect(await refusal(write(banned, owner))).toMatchObject({ code: 'no_such_user' });
  });

  it('is taken as an answer, and as long as the other is in the private room', async () => {
    const [a, b] = [await join('cafe'), await join('cafe')];
    await write(a, b, 'come with me');
    await a.ask('exit', { room: 'cafe' });
    expect(await write(b, a, 'where to?')).toMatchObject({ ok: true });
    await b.ask('exit', { room: privately(a, b) });
    expect(await write(b, a, 'I am back')).toMatchObject({ ok: true });
    await a.ask('exit', { room: privately(a, b) });
    expect(await refusal(write(b, a, 'and now?'))).toMatchObject({ code: 'no_such_user' });
  });
});

/** Puts a user into so many private rooms with others who are, or are no more, in them. */
async function fill(user: TestUser, count: number, others: 'there' | 'gone'): Promise<void> {
  const rooms = Array.from({ length: count }, (_, i) => `${user.id}:${10_000_000 + i}`);
  for (let i = 0; i < rooms.length; i += 500) await redis.sadd(keys.userRooms(user.id), ...rooms.slice(i, i + 500));
  const other = (room: string): object => (others === 'there' ? { [room.split(':')[1] ?? '']: 'y' } : {});
  const rosterOf = (room: string): object => ({ [user.id]: 'x', ...other(room) });
  await Promise.all(rooms.map((room) => redis.hset(keys.roster(room), rosterOf(room))));
}

describe('a user in as many private rooms as there may be', () => {
  it('is written to, and writes, when others have gone from some: those rooms give way', async () => {
    const [full, stranger] = [await join('popular'), await join('popular')];
    await fill(full, PRIVATE_ROOMS_MAX, 'gone');
    expect(await write(stranger, full)).toMatchObject({ ok: true });
    await write(full, await join('popular'));
    expect(await redis.scard(keys.userRooms(full.id))).toBeLessThanOrEqual(PRIVATE_ROOMS_MAX + 1);
    expect(await redis.sismember(keys.userRooms(full.id), privately(full, stranger))).toBe(1);
  });

  it('is told so when all the others are there, and who writes to it hears that it is the other', async () => {
    const [full, stranger] = [await join('crowded'), await join('crowded')];
    await fill(full, PRIVATE_ROOMS_MAX, 'there');
    expect(await refusal(write(stranger, full))).toMatchObject({ code: 'not_allowed', reason: 'full', field: 'to' });
    const own = { code: 'bad_request', field: 'room', message: expect.stringContaining('Exit one first') };
    expect(await refusal(write(full, stranger))).toMatchObject(own);
    const room = privately(full, stranger);
    expect(await redis.hgetall(keys.roster(room))).toEqual({});
    for (const { id } of [full, stranger]) expect(await redis.sismember(keys.userRooms(id), room)).toBe(0);
  });
});

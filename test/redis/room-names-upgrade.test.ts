/** Rooms of the former version, in which a name was unique on the whole server, and its processes beside new ones. */
import { describe, expect, onTestFinished, vi } from 'vitest';
import { repair, repairAfterFailovers } from '../../apps/worker/jobs/repair.js';
import { KEPT_NAME_TTL_MS } from '../../shared/protocol/limits.js';
import { indexNames } from '../../shared/store/room-names.js';
import { emptyWith } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import { masters } from '../support/redis.js';
import type { Scene } from '../support/scene.js';
import { until } from '../support/until.js';

const it = emptyWith({ SHARDS: '1' });
const ALL = { users: new Set([0]), rooms: new Set([0]) };
let scene: Scene, anna: Person, bert: Person;
it.beforeEach(async ({ scene: given }) => {
  scene = given;
  [anna, bert] = await scene.people('r', 'Anna', 'Bert');
});

const joinAs = async (room: string, name: string): Promise<Person> => (await scene.join(room, { name })).person;
const refused = { code: 'name_taken' };

/** Who has which name in the room: names by folded name, and by member. */
async function known(): Promise<[Record<string, string>, Record<string, string>]> {
  const { redis, keys } = scene.part.store;
  return [await redis.hgetall(keys.holders('r')), await redis.hgetall(keys.nicks('r'))];
}

/** Makes the room what the former version would have made it. */
async function former(): Promise<void> {
  const { redis, keys } = scene.part.store;
  await redis.del(keys.holders('r'), keys.nicks('r'));
  for (const { id } of [anna, bert]) {
    await redis.set(keys.formerNick((await redis.hget(keys.user(id), 'nick')) ?? ''), id);
  }
}

async function repairAll(): Promise<void> {
  const { store, fanOut } = scene.worker;
  for (const master of await masters(store.redis)) await repair(store, fanOut, master, ALL, 0);
}

describe('a room of the former version', () => {
  it.each([
    ['join', () => joinAs('r', 'ANNA')],
    ['enter', async () => (await joinAs('other', 'Anna')).act('enter', { room: 'r' })],
    ['rename', () => bert.act('rename', { name: 'Anna', room: undefined })],
  ])('keeps the names of its members from who comes by %s', async (_, come) => {
    const before = await known();
    await former();
    await expect(come()).rejects.toMatchObject(refused);
    expect(await known()).toEqual(before);
    for (const person of [anna, bert]) await person.send(scene.part, 'still here');
  });

  it('with many members is read in pages, also while others come', async () => {
    const names = Array.from({ length: 600 }, (_, i) => `member ${i}`);
    for (let made = 0; made < names.length; made += 50)
      await Promise.all(names.slice(made, made + 50).map((name) => joinAs('r', name)));
    await former();
    const outcomes = await Promise.allSettled([
      ...names.slice(0, 5).map((name) => joinAs('r', name)),
      ...names.slice(0, 5).map((name) => joinAs('r', `new ${name}`)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([...Array(5).fill('rejected'), ...Array(5).fill('fulfilled')]);
    const [holders, nicks] = await known();
    expect([Object.keys(holders).length, Object.keys(nicks).length]).toEqual([607, 607]);
  });

  it('loses its old nicknames when their users have gone, and no process holds on to them', async () => {
    const { redis, keys } = scene.part.store;
    await former();
    await repairAll();
    const holders = () => Promise.all(['anna', 'bert'].map((nick) => redis.get(keys.formerNick(nick))));
    expect(await holders()).toEqual([`${anna.id}`, `${bert.id}`]);
    await anna.act('leave', { room: undefined });
    await bert.act('rename', { name: 'Carl', room: undefined });
    await repairAll();
    expect(await holders()).toEqual([null, null]);
  });
});

describe('beside a process of the former version', () => {
  /** What that process does to the room. */
  const lets = {
    in: async (name: string): Promise<Person> => {
      const person = await joinAs('r', name);
      const { redis, keys } = scene.part.store;
      const nick = (await redis.hget(keys.nicks('r'), String(person.id))) ?? '';
      await redis.hdel(keys.holders('r'), nick);
      await redis.hdel(keys.nicks('r'), String(person.id));
      return person;
    },
    out: async (person: Person): Promise<void> => {
      const before = await known();
      const { redis, keys } = scene.part.store;
      await person.act('exit');
      for (const [at, key] of [keys.holders('r'), keys.nicks('r')].entries()) {
        await redis.del(key);
        await redis.hset(key, before[at] ?? {});
      }
    },
    rename: async (person: Person, name: string): Promise<void> => {
      const { redis, keys } = scene.part.store;
      await redis.hset(keys.roster('r'), String(person.id), name);
      await redis.hset(keys.user(person.id), { name, nick: name.toLowerCase() });
    },
  };

  it('who came by it keeps the name, and who went by it does not', async () => {
    await lets.in('Carl');
    await expect(joinAs('r', 'Carl')).rejects.toMatchObject(refused);
    await lets.out(anna);
    expect((await joinAs('r', 'Anna')).id).toBeGreaterThan(bert.id);
  });

  it('what is left of a room that it has emptied expires, or is removed by repair', async () => {
    const { redis, keys } = scene.part.store;
    for (const key of [keys.nicks('r'), keys.holders('r')])
      expect(await redis.pttl(key)).toBeGreaterThan(KEPT_NAME_TTL_MS);
    for (const person of [anna, bert]) await lets.out(person);
    await repairAll();
    expect(await redis.exists(keys.nicks('r'), keys.holders('r'))).toBe(0);
  });

  it('the name that a rename gave up is free', async () => {
    await lets.rename(anna, 'Berta');
    expect((await joinAs('r', 'Anna')).id).toBeGreaterThan(bert.id);
    await expect(joinAs('r', 'Berta')).rejects.toMatchObject(refused);
  });

  it('what the numbers of members do not tell is found by repair', async () => {
    await lets.in('Carl');
    await lets.out(bert);
    await lets.rename(anna, 'Berta');
    await repairAll();
    for (const name of ['Carl', 'Berta']) await expect(joinAs('r', name), name).rejects.toMatchObject(refused);
    for (const name of ['Bert', 'Anna']) expect((await joinAs('r', name)).id).toBeGreaterThan(bert.id);
  });

  it('the same is found soon, also after the first repair of a worker', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { store, fanOut } = scene.worker;
    const { redis, keys } = store;
    const failures: unknown[] = [];
    await redis.set(keys.formerNick('gone'), 999_999); // the first repair removes this last
    repairAfterFailovers(store, fanOut, (error) => failures.push(error), 0);
    await until(async () => (await redis.exists(keys.formerNick('gone'))) === 0, 'the first repair is done');
    await lets.in('Dora');
    await lets.out(anna);
    vi.advanceTimersByTime(60_000);
    await until(async () => 'dora' in (await known())[0], 'the room knows Dora');
    await expect(joinAs('r', 'Dora')).rejects.toMatchObject(refused);
    expect(failures).toEqual([]);
  });

  it('a room that it has emptied keeps no names for ever', async () => {
    await lets.out(anna);
    await lets.out(bert);
    await scene.part.store.redis.del(scene.part.store.keys.nicks('r'));
    expect(Object.keys((await known())[0])).toHaveLength(2);
    await repairAll();
    expect(await known()).toEqual([{}, {}]);
  });

  it('two members that have one name already keep it, and the first one holds it', async () => {
    const carl = await lets.in('Carl');
    const other = await lets.in('Other');
    await lets.rename(other, 'Carl');
    await indexNames(scene.part.store, 'r');
    await expect(joinAs('r', 'Carl')).rejects.toMatchObject(refused);
    for (const person of [carl, other]) await person.send(scene.part, 'still here');
    await carl.act('exit');
    await repairAll();
    await expect(joinAs('r', 'Carl')).rejects.toMatchObject(refused);
  });
});

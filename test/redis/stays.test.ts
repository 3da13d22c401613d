/** Rooms that stay when they are empty, because their owner has come back; and how many of them there may be. */
import { describe, expect } from 'vitest';
import type { RoomView, Stay } from '../../shared/protocol/events.js';
import { endStay, extendStay, tendStays } from '../../shared/store/stays.js';
import type { Store } from '../../shared/store/store.js';
import { fillLog } from '../support/filled.js';
import { bothPlans } from '../support/fixtures/parts.js';
import { dyingStore } from '../support/key-space.js';
import { DAY_MS, passDays } from '../support/later.js';
import type { Part } from '../support/parts.js';
import { allKeys, wipe } from '../support/redis.js';
import type { Arrival, Scene } from '../support/scene.js';
import { inEveryOrder, Turns } from '../support/turns.js';

const ADDRESS_MAX = 20;
const ALL_MAX = 23;

describe.for(bothPlans({ OWNED_ROOMS_MAX: String(ALL_MAX) }))('a room, with the plan %s,', ([, it]) => {
  let scene: Scene, part: Part;
  it.beforeAll(({ scene: given }) => {
    scene = given;
    part = scene.part;
  });
  it.beforeEach(async () => {
    await wipe(part.store.redis);
    part.client.network = '192.0.2.1';
  });

  const leave = ({ person }: Arrival) => part.call('leave', { token: person.token });
  /** Somebody comes with the token and goes. */
  async function visit(room: string, owner: string): Promise<RoomView> {
    const arrival = await scene.join(room, { owner });
    await leave(arrival);
    return arrival.room;
  }
  /** Makes a room and leaves it. Returns its owner's token. */
  async function make(room: string): Promise<string> {
    const made = await scene.join(room);
    await leave(made);
    return String(made.owner);
  }
  async function makeAndVisit(room: string): Promise<{ owner: string; stay: Stay | undefined }> {
    const owner = await make(room);
    return { owner, stay: (await visit(room, owner)).stay };
  }
  const daysLeft = ({ until = 0 }: Stay = {}): number => (until - Date.now()) / DAY_MS;
  const staying = () => part.store.redis.zrange(part.store.keys.stays, '0', '-1');

  it('whose owner has come back is there after 60 days: rules, values, messages, owner; and then for 90 more', async () => {
    const anna = (await scene.join('class', { name: 'Anna' })).person;
    const { token } = anna;
    const { owner } = await part.call('enter', { token, room: 'class' });
    await part.call('rules', { token, room: 'class', slow: 7, words: ['dunce'] });
    await part.call('set', { token, room: 'class', key: 'topic', value: { page: 12 } });
    for (const text of ['one', 'two']) await anna.send(part, text);
    await part.call('leave', { token });
    expect(daysLeft((await visit('class', String(owner))).stay)).toBeCloseTo(90, 2);
    await passDays(part.store, 'class', 60);

    const pupil = await scene.join('class');
    expect(pupil.owner).toBeUndefined();
    expect(pupil.room).not.toHaveProperty('stay');
    const { person, room } = await scene.join('class', { name: 'Anna', owner: String(owner) });
    expect(room).toMatchObject({
      role: 'owner',
      rules: { slow: 7 },
      values: { values: { topic: { value: { page: 12 } } } },
    });
    expect(room.history.filter(({ type }) => type === 'message').map(({ text }) => text)).toEqual(['one', 'two']);
    expect(daysLeft(room.stay)).toBeCloseTo(90, 2);
    expect(await person.act('audit')).toMatchObject({ role: 'owner', stay: room.stay, rules: { words: ['dunce'] } });
    expect((await person.act('audit')).keeps).toEqual({ empty: 86_400, owned: 90 * 86_400 });
    await expect(part.call('audit', { token: pupil.person.token, room: 'class' })).rejects.toMatchObject({
      code: 'not_owner',
    });
  });

  it('is gone a day after the last one has left, if its owner has not come back', async () => {
    await make('left');
    await passDays(part.store, 'left', 1.01);
    expect(await allKeys(part.store.redis, '*left*')).toEqual([]);
    expect((await scene.join('left')).owner).toEqual(expect.any(String));
    expect(await staying()).toEqual([]);
  });

  it('is gone when its owner has been away for 90 days', async () => {
    await makeAndVisit('old');
    await passDays(part.store, 'old', 90.01);
    expect(await allKeys(part.store.redis, '*:old:*')).toEqual([]);
    await tendStays(part.store);
    expect(await allKeys(part.store.redis, 'stays:*')).toEqual([]);
    expect((await scene.join('old')).owner).toEqual(expect.any(String));
  });

  it('with its owner in it for longer than its stay is kept for a day when all have left', async () => {
    const owner = await make('long');
    const teacher = await scene.join('long', { owner });
    await passDays(part.store, 'long', 100);
    expect(await tendStays(part.store)).toBe(0);
    await leave(teacher);
    const ttl = await part.store.redis.pttl(part.store.keys.log('long'));
    expect(ttl / DAY_MS).toBeCloseTo(1, 2);
  });

  it('is extended once a day at most, by a token that is right', async () => {
    const { owner, stay } = await makeAndVisit('daily');
    expect((await visit('daily', owner)).stay).toEqual(stay);
    await passDays(part.store, 'daily', 2);
    await visit('daily', 'x'.repeat(24));
    expect(Number(await part.store.redis.zscore(part.store.keys.stays, 'daily'))).toBe((stay?.until ?? 0) - 2 * DAY_MS);
    expect(daysLeft((await visit('daily', owner)).stay)).toBeCloseTo(90, 2);
  });

  it('keeps its last 200 messages, and all that is not delivered yet', async () => {
    const { store } = part;
    const owner = await make('full');
    const short = { text: 'short' };
    await fillLog(store, 'full', { count: 300, from: (id) => ({ id, name: 'Bert' }), what: short });
    const teacher = await scene.join('full', { owner });
    await scene.worker.fanOut.advanceRoom('full');
    await fillLog(store, 'full', { count: 250, from: () => ({ id: 1_000, name: 'Carl' }), what: short }, true);
    await leave(teacher);
    const entries = await store.redis.xrange(store.keys.log('full'), '-', '+');
    const ids = entries.flatMap(([, fields]) => /^{"type":"message".*?"id":(\d+)/.exec(fields[3] ?? '')?.[1] ?? []);
    expect(ids.filter((id) => id !== '1000').map(Number)).toEqual(Array.from({ length: 200 }, (_, i) => 100 + i));
    expect(ids.filter((id) => id === '1000')).toHaveLength(250);
  });

  it('keeps no more of large messages than a quarter of a MB', async () => {
    const { store } = part;
    const owner = await make('large');
    await fillLog(store, 'large', { count: 100, from: (id) => ({ id, name: 'Bert' }) });
    const teacher = await scene.join('large', { owner });
    await scene.worker.fanOut.advanceRoom('large');
    await leave(teacher);
    const length = await store.redis.xlen(store.keys.log('large'));
    expect(length).toBeGreaterThan(20);
    expect(length).toBeLessThan(30);
  });

  it('finds no place among too many of one address, or in all; those that stay already stay on', async () => {
    const honest = await makeAndVisit('honest');
    part.client.network = '198.51.100.7';
    const flood: (Stay | undefined)[] = [];
    for (let i = 0; i <= ADDRESS_MAX; i += 1) flood.push((await makeAndVisit(`flood-${i}`)).stay);
    expect(flood.filter((stay) => stay?.until !== undefined)).toHaveLength(ADDRESS_MAX);
    expect(flood.at(-1)).toEqual({ refused: 'address' });
    for (let i = 0; i < 10; i += 1) {
      part.client.network = `203.0.113.${i}`;
      flood.push((await makeAndVisit(`spread-${i}`)).stay);
    }
    expect(flood.at(-1)).toEqual({ refused: 'server' });
    expect(await staying()).toHaveLength(ALL_MAX);
    await passDays(part.store, 'honest', 60);
    expect(daysLeft((await visit('honest', honest.owner)).stay)).toBeCloseTo(90, 2);
    // one that was refused stays as soon as there is a place
    await passDays(part.store, 'flood-0', 91);
    expect(daysLeft((await makeAndVisit('another')).stay)).toBeCloseTo(90, 2);
    expect(await staying()).toHaveLength(ALL_MAX);
  });

  it('that finds no place at its own address finds one at another address, and keeps it', async () => {
    for (let i = 0; i < ADDRESS_MAX; i += 1) await makeAndVisit(`pupil-${i}`);
    const { owner, stay } = await makeAndVisit('class');
    expect(stay).toEqual({ refused: 'address' });
    part.client.network = '203.0.113.1';
    expect(daysLeft((await visit('class', owner)).stay)).toBeCloseTo(90, 2);
    part.client.network = '192.0.2.1';
    await passDays(part.store, 'class', 60);
    expect(daysLeft((await visit('class', owner)).stay)).toBeCloseTo(90, 2);
  });

  it('names the address nowhere, and the key of the hashes goes with the last stay', async () => {
    const { redis, keys } = part.store;
    const { owner } = await makeAndVisit('one');
    const [network = ''] = await redis.hvals(keys.stayNetworks);
    expect(network).toMatch(/^[\w-]{24}$/);
    expect(await redis.hgetall(keys.stayCounts)).toEqual({ [network]: '1' });
    await passDays(part.store, 'one', 2);
    part.client.network = '203.0.113.9'; // the place counts for the network that took it
    await visit('one', owner);
    expect(await redis.hvals(keys.stayNetworks)).toEqual([network]);
    await redis.del(keys.rules('one'));
    expect(await tendStays(part.store)).toBe(0);
    expect(await allKeys(redis, 'stays:*')).toEqual([]);
  });

  it('whose stay the host ends is gone a day later, or a day after all have left', async () => {
    const { owner } = await makeAndVisit('ended');
    await endStay(part.store, 'ended');
    expect(await allKeys(part.store.redis, 'stays:*')).toEqual([]);
    const teacher = await scene.join('ended');
    expect(teacher.room).not.toHaveProperty('stay');
    await endStay(part.store, 'ended');
    expect(await part.store.redis.pttl(part.store.keys.rules('ended'))).toBe(-1);
    await leave(teacher);
    await passDays(part.store, 'ended', 0.9);
    expect(daysLeft((await visit('ended', owner)).stay)).toBeCloseTo(90, 2);
    await endStay(part.store, 'ended');
    await passDays(part.store, 'ended', 1.01);
    expect(await allKeys(part.store.redis, '*:ended:*')).toEqual([]);
  });

  it('that a process of a former version lets expire is saved by upkeep', async () => {
    const { redis, keys, config } = part.store;
    await makeAndVisit('mixed');
    const kinds = [keys.log('mixed'), keys.delivered('mixed'), keys.rules('mixed')];
    for (const key of kinds) await redis.pexpire(key, config.roomTtl * 1_000); // as its `exit-room` does
    expect(await tendStays(part.store)).toBe(1);
    for (const key of kinds) expect((await redis.pttl(key)) / DAY_MS).toBeCloseTo(90, 2);
  });

  it('whose process dies while it is noted does not stay, and leaves the index', async () => {
    const owner = await make('cut');
    const teacher = await scene.join('cut');
    await extendStay(dyingStore(part.store, 2), 'cut', '', '192.0.2.1').catch(() => undefined);
    expect(await staying()).toEqual(['cut']);
    expect(await tendStays(part.store)).toBe(0);
    expect(await staying()).toEqual([]);
    await leave(teacher);
    expect(daysLeft((await visit('cut', owner)).stay)).toBeCloseTo(90, 2);
  });

  it.for([
    ['the host ends it', endStay],
    ['a worker looks', tendStays],
  ] as [string, (store: Store, room: string) => Promise<unknown>][])(
    'counts as long as it stays, in any order of the steps, if its owner comes while %s',
    async ([, run]) => {
      const { redis, keys } = part.store;
      const steps = new Set(['claim-stay', 'end-stay', 'expire-room', 'hset', 'hdel', 'zscore']);
      const count = await inEveryOrder(async (choose) => {
        await wipe(redis);
        await makeAndVisit('class');
        await redis.hdel(keys.rules('class'), 'stay'); // of its index only one side is left, as after a crash
        const turns = new Turns(part.store, steps);
        void turns.begin((store) => extendStay(store, 'class', '', '192.0.2.1'));
        void turns.begin((store) => run(store, 'class'));
        for (let options = await turns.choices(); options > 0; options = await turns.choices())
          turns.step(choose(options));
        await tendStays(part.store);
        const until = Number(await redis.hget(keys.rules('class'), 'stay'));
        expect(await staying()).toEqual(until > Date.now() ? ['class'] : []);
      });
      expect(count).toBeGreaterThan(5);
    },
  );
});

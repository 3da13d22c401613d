/** What the host sees of all rooms, and removes of one person. */
import { describe, expect } from 'vitest';
import { searchRooms } from '../../apps/api/admin/rooms.js';
import { finishForgetting } from '../../apps/worker/jobs/forget.js';
import type { HostRoom } from '../../shared/protocol/admin.js';
import { redisTime } from '../../shared/redis/time.js';
import { erasePerson } from '../../shared/store/erase-person.js';
import { listRooms } from '../../shared/store/room-list.js';
import { emptyWith } from '../support/fixtures/parts.js';
import { DAY_MS } from '../support/later.js';
import { allKeys } from '../support/redis.js';
import type { Scene } from '../support/scene.js';

const it = emptyWith({ SHARDS: '4', OWNED_ROOMS_MAX: '100' });

async function found({ part }: Scene, search = ''): Promise<{ rooms: HostRoom[]; more: boolean }> {
  const reply = await searchRooms(part.store, search);
  if (!reply.ok) throw new Error(reply.message);
  return reply;
}
const erase = async ({ part: { store } }: Scene, room: string, name: string) =>
  erasePerson(store, room, name, await redisTime(store));
const namesOf = ({ rooms }: { rooms: HostRoom[] }): string[] => rooms.map(({ name }) => name);

describe('the list of rooms', () => {
  it('has members, size, origin, visits and stays, also of rooms that are empty or not listed', async ({ scene }) => {
    const { part } = scene;
    part.client.origin = 'https://school.example';
    const made = await scene.join('class-5b');
    await part.call('leave', { token: made.person.token });
    const visit = await scene.join('class-5b', { owner: String(made.owner) });
    await part.call('leave', { token: visit.person.token });
    const [anna] = await scene.people('Large.Class', 'Anna', 'Bert');
    await anna.send(part, 'x'.repeat(2_000));
    const hidden = (await scene.join('hidden')).person;
    await hidden.act('rules', { listed: false });
    const { rooms, more } = await found(scene);
    expect(rooms).toMatchObject([
      { name: 'Large.Class', members: 2, origin: 'https://school.example' },
      { name: 'hidden', members: 1 },
      { name: 'class-5b', members: 0, origin: 'https://school.example' },
    ]);
    expect(more).toBe(false);
    const [large, , stays] = rooms;
    expect(large?.bytes).toBeGreaterThan(2_000);
    expect(large).not.toHaveProperty('staysUntil');
    expect((stays?.staysUntil ?? 0) / DAY_MS).toBeCloseTo(Date.now() / DAY_MS + 90, 2);
    expect(Math.abs(Date.now() - (stays?.visited ?? 0))).toBeLessThan(DAY_MS);
    expect(await searchRooms(part.store, '')).toMatchObject({ stays: { count: 1, max: 100, addressMax: 20 } });
  });

  it('is searched by a part of the name, whatever its case, and finds an empty room by its whole name', async ({
    scene,
  }) => {
    for (const room of ['Physics-1', 'physics-2', 'chemistry']) await scene.join(room);
    const gone = (await scene.join('gone')).person;
    await scene.part.call('leave', { token: gone.token });
    expect(namesOf(await found(scene, 'PHYSICS')).sort()).toEqual(['Physics-1', 'physics-2']);
    expect(namesOf(await found(scene, 'gone'))).toEqual(['gone']);
    expect(namesOf(await found(scene, 'gon'))).toEqual([]);
    await expect(searchRooms(scene.part.store, '*')).rejects.toMatchObject({ code: 'bad_request' });
  });

  it('has fifty rooms at most, and says that there are more', async ({ scene }) => {
    for (let i = 0; i < 51; i += 1) await scene.join(`room-${i}`);
    const { rooms, more } = await found(scene);
    expect([rooms.length, more]).toEqual([50, true]);
    expect((await found(scene, 'room')).more).toBe(true);
    const [olga] = await scene.people('hidden', 'Olga', 'Anna');
    await olga.act('rules', { listed: false });
    expect(namesOf(await listRooms(scene.part.store, '', 1))).toEqual(['hidden']);
  });
});

describe('the messages of a person', () => {
  it('go by name from one room, under all names that its users had, and the room is told', async ({ scene }) => {
    const { part } = scene;
    const [bert, anna] = await scene.people('r', 'Bert', 'Anna');
    await anna.send(part, 'as Anna');
    await part.call('rename', { token: anna.token, name: 'Zoe' });
    await anna.send(part, 'as Zoe');
    await part.call('leave', { token: anna.token });
    const again = (await scene.join('r', { name: 'Anna' })).person;
    await again.send(part, 'again');
    await bert.send(part, 'stays');
    await part.call('enter', { token: again.token, room: 'other' });
    await part.call('send', { token: again.token, room: 'other', text: 'elsewhere' });
    expect(await erase(scene, 'r', 'АNNА')).toEqual({ users: 2, more: false }); // look-alike letters
    expect(await scene.texts(bert)).toEqual(['stays']);
    const told = (await scene.told(bert)).filter(({ type }) => type === 'removed');
    expect(told).toMatchObject([anna.id, again.id].map((id) => ({ from: { id: 0 }, user: { id, name: `#${id}` } })));
    expect((await bert.act('audit')).acts).toMatchObject([{ by: 0, what: 'remove' }]);
    const other = await part.call('history', { token: again.token, room: 'other' });
    expect(other.events.map(({ text }) => text)).toContain('elsewhere');
    expect(await erase(scene, 'r', 'Nobody')).toEqual({ users: 0, more: false });
  });

  it('go also when the room was brought from elsewhere', async ({ scene }) => {
    const [bert] = await scene.people('r', 'Bert');
    const said = (from: string) => ({ at: 1_700_000_000_000, from, text: `from ${from}` });
    await bert.act('import', { data: { messages: [said('Anna'), said('Carl')] } });
    expect(await erase(scene, 'r', 'Anna')).toEqual({ users: 1, more: false });
    expect(await scene.texts(bert)).toEqual(['from Carl']);
  });

  it('go from an empty room without a trace, and from what waits for approval', async ({ scene }) => {
    const { part } = scene;
    const { redis, keys } = part.store;
    const [olga, anna] = await scene.people('r', 'Olga', 'Anna');
    await olga.act('rules', { words: ['rude'], hold: true });
    await anna.send(part, 'kind');
    await anna.send(part, 'rude');
    for (const { token } of [olga, anna]) await part.call('leave', { token });
    const before = await redis.xlen(keys.log('r'));
    expect(await erase(scene, 'r', 'anna')).toEqual({ users: 1, more: false });
    expect([await redis.xlen(keys.log('r')), await redis.llen(keys.pending('r'))]).toEqual([before - 1, 0]);
    for (const key of await allKeys(redis, `${keys.room('r')}:*`))
      expect({ key, lasts: (await redis.pttl(key)) < 0 }).toEqual({ key, lasts: false });
    expect(await erase(scene, 'never', 'Anna')).toEqual({ users: 0, more: false });
    expect(await allKeys(redis, '*never*')).toEqual([]);
  });

  it('go from what others see later, and from the pinned message', async ({ scene }) => {
    const { redis, keys } = scene.part.store;
    const [olga, anna, bert] = await scene.people('r', 'Olga', 'Anna', 'Bert');
    await olga.act('rules', { delay: 60 });
    await anna.send(scene.part, 'later');
    await olga.act('set', { key: '@pin', value: { text: 'pinned', from: { id: bert.id, name: 'Bert' } } });
    expect(await erase(scene, 'r', 'anna')).toEqual({ users: 1, more: false });
    expect(await redis.llen(keys.delayed('r'))).toBe(0);
    expect(await redis.hlen(keys.values('r'))).toBe(1);
    expect(await erase(scene, 'r', 'bert')).toEqual({ users: 1, more: false });
    expect(await redis.hlen(keys.values('r'))).toBe(0);
  });

  it('of very many users go with the help of a worker', async ({ scene }) => {
    const { part, worker } = scene;
    const [bert] = await scene.people('r', 'Bert');
    for (let i = 0; i < 110; i += 1) {
      const anna = (await scene.join('r', { name: 'Anna' })).person;
      await anna.send(part, `${i}`);
      await part.call('leave', { token: anna.token });
    }
    await scene.told(bert);
    const ages = { abandonedMs: -1, rewriteMs: -1 };
    expect(await erase(scene, 'r', 'Anna')).toEqual({ users: 100, more: true });
    await finishForgetting(worker.store, 60_000, () => undefined, ages);
    expect((await bert.act('history', { types: ['message'], limit: 100 })).events).toHaveLength(10);
    expect(await erase(scene, 'r', 'Anna')).toEqual({ users: 10, more: false });
    await finishForgetting(worker.store, 60_000, () => undefined, ages);
    expect((await bert.act('history', { types: ['message'] })).events).toEqual([]);
  });
});

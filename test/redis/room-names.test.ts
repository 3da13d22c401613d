/** Names in rooms: two members of one room never have the same, and a user has one name everywhere. */
import { describe, expect, vi } from 'vitest';
import { foldName } from '../../shared/store/nicknames.js';
import { emptyTest } from '../support/fixtures/parts.js';
import type { Answer } from '../support/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';

const it = emptyTest;
let scene: Scene, anna: Person, bert: Person;
it.beforeEach(async ({ scene: given }) => {
  scene = given;
  [anna, bert] = await scene.people('r', 'Anna', 'Bert');
});

const joinAs = async (room: string, name?: string): Promise<Person> =>
  (await scene.join(room, name === undefined ? {} : { name })).person;
const taken = (suggestion: string) => ({ code: 'name_taken', details: { field: 'name', suggestion } });
const rename = (person: Person, name: string): Promise<Answer> => person.act('rename', { name, room: undefined });
const enter = (person: Person, room: string): Promise<Answer> => person.act('enter', { room });
const namesIn = async (person: Person, room = person.room): Promise<string[]> =>
  ((await person.act('members', { room })).members as { name: string }[]).map(({ name }) => name);

/** Who has which name in a room, as Redis keeps it. */
const kept = (room: string): Promise<Record<string, string>> =>
  scene.part.store.redis.hgetall(scene.part.store.keys.holders(room));

describe('a name', () => {
  it('may be had in each of two rooms, and by one member of a room', async () => {
    const teachers = [await joinAs('one', 'Teacher'), await joinAs('two', 'Teacher')];
    for (const teacher of teachers) expect(await namesIn(teacher)).toEqual(['Teacher']);
    await expect(joinAs('one', 'TEACHER')).rejects.toMatchObject(taken('TEACHER2'));
    expect((await joinAs('two', 'Teacher2')).id).toBeGreaterThan(0);
    await expect(joinAs('two', 'teacher')).rejects.toMatchObject(taken('teacher3'));
  });

  it('that is taken keeps a user out of a room, and nothing else changes', async () => {
    const other = await joinAs('other', 'ANNA');
    const before = await kept('r');
    await scene.told(bert);
    await expect(enter(other, 'r')).rejects.toMatchObject(taken('ANNA2'));
    await expect(other.act('members', { room: 'r' })).rejects.toMatchObject({ code: 'not_in_room' });
    expect(await namesIn(other)).toEqual(['ANNA']);
    expect(await kept('r')).toEqual(before);
    expect(await scene.told(bert)).toEqual([]);
    await rename(other, 'Anna2');
    await enter(other, 'r');
    expect(await namesIn(bert)).toEqual(['Anna', 'Bert', 'Anna2']);
  });

  it('is suggested when it is free in all rooms of the user and in the one to enter', async () => {
    const other = await joinAs('other', 'Anna');
    await joinAs('other', 'Anna2');
    await joinAs('r', 'Anna3');
    await expect(enter(other, 'r')).rejects.toMatchObject(taken('Anna4'));
  });

  it.each([
    ['leaves', () => anna.act('leave', { room: undefined })],
    ['exits', () => anna.act('exit')],
    ['is sent out', () => bert.act('kick', { user: anna.id })],
    ['renames itself', () => rename(anna, 'Berta')],
  ])('is free again at once when its user %s', async (_, act) => {
    await scene.part.store.redis.hset(scene.part.store.keys.rules('r'), `role:${bert.id}`, 'owner');
    await scene.part.store.redis.hdel(scene.part.store.keys.rules('r'), `role:${anna.id}`);
    await act();
    await expect(joinAs('r', 'Bert')).rejects.toMatchObject(taken('Bert2'));
    expect(await namesIn(await joinAs('r', 'Anna'))).toContain('Anna');
  });

  it('is not looked at in a private room', async () => {
    const other = await joinAs('r', 'Other');
    await bert.act('send', { to: other.id, text: 'hi', room: undefined });
    await bert.act('exit');
    await rename(bert, 'Other2');
    await other.act('exit');
    await rename(other, 'Other2');
    const members = await namesIn(bert, `${bert.id}:${other.id}`);
    expect(members).toEqual(['Other2', 'Other2']);
  });
});

describe('a guest', () => {
  it('gets another name if a member has the first one', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0);
    const first = await joinAs('guests');
    random.mockReset().mockReturnValueOnce(0).mockReturnValue(0.5);
    const second = await joinAs('guests');
    expect(await namesIn(first)).toEqual(['guest-10000', 'guest-55000']);
    random.mockReturnValue(0);
    await expect(joinAs('guests')).rejects.toMatchObject({ code: 'unavailable', details: { retryAfter: 1 } });
    random.mockRestore();
    expect(await namesIn(second)).toHaveLength(2);
  });
});

describe('a rename', () => {
  it('is refused if a member of any room of the user has the name, and holds it nowhere then', async () => {
    await enter(anna, 'second');
    await joinAs('third', 'Carl');
    await enter(anna, 'third');
    await expect(rename(anna, 'CARL')).rejects.toMatchObject(taken('CARL2'));
    for (const room of ['r', 'second', 'third']) expect(await namesIn(anna, room)).toContain('Anna');
    for (const room of ['r', 'second']) expect(await namesIn(await joinAs(room, 'Carl'))).toContain('Carl');
    await rename(anna, 'Dora');
    for (const room of ['r', 'second', 'third']) expect(await kept(room)).toMatchObject({ dora: String(anna.id) });
  });

  it('to a name that others have in other rooms succeeds', async () => {
    await joinAs('elsewhere', 'Carl');
    await rename(anna, 'Carl');
    expect(await namesIn(bert)).toEqual(['Carl', 'Bert']);
  });

  it('that died holds the name for half a minute, and not for longer', async () => {
    const { keys, redis } = scene.part.store;
    const [seconds] = await redis.time();
    await redis.hset(keys.holders('r'), 'carl', `${anna.id} ${(Number(seconds) + 20) * 1_000}`);
    await expect(joinAs('r', 'Carl')).rejects.toMatchObject(taken('Carl2'));
    await redis.hset(keys.holders('r'), 'carl', `${anna.id} ${(Number(seconds) - 1) * 1_000}`);
    expect(await namesIn(await joinAs('r', 'Carl'))).toContain('Carl');
  });

  it('that died when it had taken the name is finished by the next one who asks for either name', async () => {
    const { keys, redis } = scene.part.store;
    await redis.hset(keys.holders('r'), 'carl', `${anna.id} 1`);
    await redis.hset(keys.user(anna.id), { name: 'Carl', nick: 'carl' });
    await expect(joinAs('r', 'Carl')).rejects.toMatchObject(taken('Carl2'));
    expect(await namesIn(await joinAs('r', 'Anna'))).toEqual(['Carl', 'Bert', 'Anna']);
    expect(Object.keys(await kept('r')).sort()).toEqual(['Anna', 'Bert', 'Carl'].map(foldName).sort());
    expect(await scene.told(bert)).toContainEqual(
      expect.objectContaining({ type: 'renamed', was: 'Anna', from: { id: anna.id, name: 'Carl' } }),
    );
  });
});

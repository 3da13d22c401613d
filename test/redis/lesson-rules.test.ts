/** The rules that make a class of a room: not listed, no private messages, no guests. */
import { describe, expect } from 'vitest';
import { readRooms, readUnlistedRooms } from '../../shared/store/rooms.js';
import { emptyTest } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';

const it = emptyTest;
let scene: Scene, anna: Person, bert: Person, carl: Person;
it.beforeEach(async ({ scene: given }) => {
  scene = given;
  [anna, bert, carl] = await scene.people('class', 'Anna', 'Bert', 'Carl');
});

const refused = (reason: string, field: string) => ({ code: 'not_allowed', details: { reason, field } });
const write = (from: Person, to: Person) => scene.part.call('send', { token: from.token, to: to.id, text: 'psst' });
const listed = async () => (await readRooms(scene.part.store)).map(({ name, members }) => `${name} ${members}`);
const rulesFor = async (who: Person) => (await who.act('enter')).room;

describe('a room that is not listed', () => {
  it('is in no list until it is again, whoever comes and goes', async () => {
    await anna.act('rules', { listed: false });
    expect(await listed()).toEqual([]);
    const { person } = await scene.join('class');
    await person.act('exit');
    expect(await listed()).toEqual([]);
    expect(await readUnlistedRooms(scene.part.store)).toEqual([{ name: 'class', members: 3 }]); // for the host
    expect(await rulesFor(bert)).toMatchObject({ rules: { listed: false } });
    await anna.act('rules', { listed: true });
    expect(await listed()).toEqual(['class 3']);
    expect(await rulesFor(bert)).not.toHaveProperty('rules');
  });
});

describe('a room without private messages', () => {
  it('keeps its members apart, also in a talk that they had before and in other rooms; not its roles', async () => {
    await write(bert, carl);
    for (const { token } of [bert, carl]) await scene.part.call('enter', { token, room: 'yard' });
    await anna.act('rules', { private: false });
    const apart = refused('private', 'to');
    for (const [one, other] of [
      [bert, carl],
      [carl, bert],
    ] as const)
      await expect(write(one, other)).rejects.toMatchObject(apart);
    await write(bert, anna);
    await write(anna, carl);
    await carl.act('exit');
    await write(bert, carl); // they meet in the yard
  });

  it('passes on no signals between them', async () => {
    await write(bert, carl);
    const room = `${Math.min(bert.id, carl.id)}:${Math.max(bert.id, carl.id)}`;
    await carl.becomeLive(scene.part);
    const signal = (data: string) => scene.part.call('signal', { token: bert.token, room, data });
    await anna.act('rules', { private: false });
    await signal('unheard');
    await anna.act('rules', { private: true });
    await signal('heard');
    const { events } = await carl.poll(scene.part, 5);
    expect(events.map((event) => event.data).filter(Boolean)).toEqual(['heard']);
  });
});

describe('a room that asks for names', () => {
  it('takes no guests, but people with a name, and guests who have taken one', async () => {
    await anna.act('rules', { names: 'asked' });
    const nameless = refused('name', 'name');
    await expect(scene.join('class')).rejects.toMatchObject(nameless);
    await expect(scene.join('class', { name: 'guest-12345' })).rejects.toMatchObject(nameless);
    await scene.join('class', { name: 'Dora' });
    const { person } = await scene.join('elsewhere');
    await expect(person.act('enter', { room: 'class' })).rejects.toMatchObject(nameless);
    await scene.part.call('rename', { token: person.token, name: 'Emil' });
    expect((await person.act('enter', { room: 'class' })).room).toMatchObject({ rules: { names: 'asked' } });
    await anna.act('rules', { names: 'any' });
    await scene.join('class');
  });

  it('asks nobody who has no key', async () => {
    await anna.act('rules', { names: 'asked' });
    const { member } = await anna.act('keys', { member: 'renew' });
    await expect(scene.join('class')).rejects.toMatchObject(refused('key', 'key'));
    await expect(scene.join('class', { key: String(member) })).rejects.toMatchObject(refused('name', 'name'));
  });
});

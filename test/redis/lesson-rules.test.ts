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

  it('lets no member take the name of a guest, except those with a role, or with this name already', async () => {
    const { person: guest } = await scene.join('class', { name: 'guest-11111' });
    await anna.act('rules', { names: 'asked' });
    const rename = (who: Person, name: string) => scene.part.call('rename', { token: who.token, name });
    await expect(rename(bert, 'guest-12345')).rejects.toMatchObject(refused('name', 'name'));
    await expect(rename(guest, 'guest-22222')).rejects.toMatchObject(refused('name', 'name'));
    expect(await bert.act('members')).toMatchObject({ members: [{}, { name: 'Bert' }, {}, { name: 'guest-11111' }] });
    await rename(guest, 'guest-11111');
    await rename(anna, 'guest-12345');
    await rename(bert, 'Bertha');
    const { person: dora } = await scene.join('elsewhere', { name: 'Dora' });
    await dora.act('enter', { room: 'class' });
    await expect(rename(dora, 'guest-33333')).rejects.toMatchObject(refused('name', 'name'));
    await anna.act('rules', { names: 'any' });
    await rename(dora, 'guest-33333');
  });

  it('asks nobody who has no key', async () => {
    await anna.act('rules', { names: 'asked' });
    const { member } = await anna.act('keys', { member: 'renew' });
    await expect(scene.join('class')).rejects.toMatchObject(refused('key', 'key'));
    await expect(scene.join('class', { key: String(member) })).rejects.toMatchObject(refused('name', 'name'));
  });
});

/**
 * Rooms where every message of a user without a role waits for approval: nothing that such a user says goes round it.
 */
import { beforeEach, describe, expect } from 'vitest';
import { checkParameters } from '../../apps/api/operations/parameters/check.js';
import type { RoomView } from '../../shared/protocol/events.js';
import { emptyTest } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';

const it = emptyTest;
let scene: Scene, anna: Person, bert: Person, carl: Person;
it.beforeEach(async ({ scene: given }) => {
  scene = given;
  [anna, bert, carl] = await scene.people('mine', 'Anna', 'Bert', 'Carl');
});
beforeEach(() => anna.act('rules', { hold: 'all' }));

const refused = (reason: string) => ({ code: 'not_allowed', details: { reason } });
const view = async (who: Person) => (await who.act('enter')).room as RoomView;
const names = ({ members }: { members: { name: string }[] }) => members.map(({ name }) => name);
/** The types of the events that somebody is told, and whom they are about. */
const told = async (who: Person) => (await scene.told(who)).map(({ type, from }) => `${type} ${from.name}`);

describe('where every message waits', () => {
  it('takes all, true and false, also as text', () => {
    const parse = (hold: unknown) => checkParameters('rules', { token: 't', room: 'mine', hold }).hold;
    expect(['all', true, 'true', false, 'false'].map(parse)).toEqual(['all', true, true, false, false]);
    expect(() => parse('some')).toThrow('hold must be true, false or all.');
  });

  it('text and data are seen by nobody until they are approved, and roles speak at once', async () => {
    const text = await bert.send(scene.part, 'one', 'nonce');
    const data = await bert.act('send', { data: { say: 'two' } });
    expect([text, data]).toMatchObject([{ held: true }, { held: true }]);
    expect(await bert.send(scene.part, 'one', 'nonce')).toMatchObject({ id: text.id, held: true, duplicate: true });
    await anna.send(scene.part, 'quiet, please');
    expect(await scene.texts(carl)).toEqual(['quiet, please']);
    expect((await anna.act('held')).messages).toMatchObject([{ text: 'one' }, { data: { say: 'two' } }]);
    await anna.act('approve', { id: text.id });
    expect(await scene.texts(carl)).toEqual(['quiet, please', 'one']);
    expect(await view(carl)).toMatchObject({ rules: { hold: 'all' } });
    expect((await anna.act('audit')).rules).toMatchObject({ hold: 'all' });
  });

  it('a message with a blocked word waits unmasked, and one with a forbidden link is refused', async () => {
    await anna.act('rules', { words: ['bad'], links: false });
    await bert.send(scene.part, 'bad one');
    await expect(bert.send(scene.part, 'see https://a.example')).rejects.toMatchObject(refused('links'));
    expect((await anna.act('held')).messages).toMatchObject([{ text: 'bad one' }]);
  });

  it('values are for roles only, own ones and sums too', async () => {
    for (const key of ['k', '@me/k'])
      await expect(bert.act('set', { key, value: 'x' })).rejects.toMatchObject(refused('values'));
    await expect(bert.act('add', { key: 'sum' })).rejects.toMatchObject(refused('values'));
    await anna.act('set', { key: 'k', value: 'x' });
  });

  it('members write privately to roles only, also where they did before', async () => {
    await anna.act('rules', { hold: false });
    await bert.act('send', { room: undefined, to: carl.id, text: 'before' });
    await anna.act('rules', { hold: 'all' });
    const room = `${bert.id}:${carl.id}`;
    await expect(bert.act('send', { room: undefined, to: carl.id, text: 'x' })).rejects.toMatchObject(
      refused('private'),
    );
    await expect(bert.act('send', { room, text: 'x' })).rejects.toMatchObject(refused('private'));
    await bert.act('send', { room: undefined, to: anna.id, text: 'may I?' });
    await anna.act('send', { room: undefined, to: carl.id, text: 'you may' });
  });

  it('names are told to roles and their own user only', async () => {
    const everybody = [anna, bert, carl];
    for (const one of everybody) await scene.told(one);
    const dora = (await scene.join('mine', { name: 'Dora' })).person;
    await bert.act('rename', { name: 'Rude' });
    await dora.act('exit');
    await carl.act('rename', { name: 'Carlo' });
    expect(await told(anna)).toEqual(['joined Dora', 'renamed Rude', 'left Dora', 'renamed Carlo']);
    expect(await told(bert)).toEqual(['renamed Rude']);
    expect(await told(carl)).toEqual(['renamed Carlo']);
    const late = await scene.join('mine', { name: 'Late' });
    expect([names(late.room), late.room.more, late.room.count]).toEqual([['Anna', 'Late'], true, 4]);
    expect(names((await carl.act('members')) as never)).toEqual(['Anna', 'Carlo']);
    expect(names(await view(anna))).toEqual(['Anna', 'Rude', 'Carlo', 'Late']);
    expect(late.room.history.filter(({ from }) => from.name === 'Rude')).toEqual([]);
  });

  it('who is kicked is told so, and other members are not; the name is not in what a ban removes', async () => {
    const { id } = await bert.send(scene.part, 'fine');
    await anna.act('approve', { id });
    for (const one of [bert, carl]) await scene.told(one);
    await anna.act('ban', { user: bert.id, seconds: 5, messages: true });
    expect(await told(bert)).toEqual(['left Bert']);
    const [removed, ...others] = await scene.told(carl);
    expect([removed?.type, removed?.user, others]).toEqual(['removed', { id: bert.id, name: `#${bert.id}` }, []]);
  });

  it('names of users without a role are in no event about them', async () => {
    await bert.act('rename', { name: 'Rude' });
    for (const one of [bert, carl]) await scene.told(one);
    await anna.act('rules', { readonly: true });
    await anna.act('allow', { user: bert.id });
    await anna.act('allow', { user: bert.id, on: false });
    await anna.act('handover', { user: bert.id });
    await anna.act('moderate', { user: bert.id });
    await anna.act('moderate', { user: bert.id, on: false });
    const about = (await scene.told(carl)).flatMap(({ type, user }) =>
      user ? [`${type} ${user.id} ${user.name}`] : [],
    );
    const [id, hidden] = [bert.id, `#${bert.id}`];
    expect(about).toEqual([
      `voice ${id} ${hidden}`,
      `voice ${id} ${hidden}`,
      `offered ${id} ${hidden}`,
      `moderator ${id} Rude`, // names of users with a role are no secret
      `moderator ${id} ${hidden}`,
    ]);
    expect((await anna.act('audit')).acts).toContainEqual(expect.objectContaining({ what: 'allow', name: 'Rude' }));
  });

  it('two users who are kept apart learn no new names in their private room', async () => {
    await anna.act('rules', { hold: false });
    await bert.act('send', { room: undefined, to: carl.id, text: 'before' });
    await anna.act('rules', { hold: 'all' });
    await bert.act('rename', { name: 'Rude' });
    const room = `${bert.id}:${carl.id}`;
    const seenBy = async (who: Person) => names((await who.act('members', { room })) as never);
    expect([await seenBy(carl), await seenBy(bert)]).toEqual([
      ['Bert', 'Carl'],
      ['Rude', 'Carl'],
    ]);
    await anna.act('rules', { hold: false });
    expect(await seenBy(carl)).toEqual(['Rude', 'Carl']);
  });

  it('all is as before when it ends', async () => {
    await anna.act('rules', { hold: false });
    await bert.send(scene.part, 'free');
    await bert.act('set', { key: 'k', value: 1 });
    expect(await scene.texts(carl)).toEqual(['free']);
    expect(names(await view(carl))).toEqual(['Anna', 'Bert', 'Carl']);
  });
});

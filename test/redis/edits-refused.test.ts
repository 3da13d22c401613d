/** Edits that are refused, as a message would be; and those of users that are muted quietly, whom nobody else hears. */
import { describe, expect } from 'vitest';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { switchRoom } from '../../shared/store/moderation.js';
import { age } from '../support/aged.js';
import { emptyTest, emptyWith, freshRoom } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';
import { refusedWith } from '../support/values.js';

const it = emptyTest;
let scene: Scene, room: string, anna: Person, bert: Person, carl: Person;
async function enter(given: Scene): Promise<void> {
  [scene, room] = [given, freshRoom()];
  [anna, bert, carl] = await scene.people(room, 'Anna', 'Bert', 'Carl');
}

const say = async (who: Person, text: string, more: object = {}) =>
  String((await who.act('send', { text, ...more })).id);
const edit = (who: Person, id: string, text: string, more: object = {}) => who.act('edit', { id, text, ...more });
const edited = (events: ChatEvent[]) => events.filter(({ type }) => type === 'edited');
const noSuch = refusedWith('bad_request', { field: 'id' });
const denied = (reason: string, details: object = {}) => refusedWith('not_allowed', { reason, ...details });

describe('an edit is refused', () => {
  it.beforeEach(({ scene: given }) => enter(given));

  it('of a message that is not there: never, or taken back, removed or cleared meanwhile', async () => {
    const ids = [await say(bert, 'one'), await say(bert, 'two'), await say(bert, 'three')];
    await bert.act('unsay', { id: ids[0] });
    await anna.act('remove', { id: ids[1] });
    await anna.act('clear');
    const other = await say(bert, 'four');
    for (const id of ['5-5', `0${other}`, ...ids]) await expect(edit(bert, id, 'x')).rejects.toMatchObject(noSuch);
  });

  it('of what is no message, has no text, or is somebody else’s, whatever the role', async () => {
    const joined = (await bert.act('history')).events.find(
      ({ type, from }) => type === 'joined' && from.id === bert.id,
    );
    const data = String((await bert.act('send', { data: 1 })).id);
    for (const id of [joined?.id ?? '', data]) await expect(edit(bert, id, 'x')).rejects.toMatchObject(noSuch);
    const id = await say(bert, 'mine');
    for (const who of [anna, carl]) {
      await expect(edit(who, id, 'x')).rejects.toMatchObject(denied('foreign', { field: 'id' }));
      await expect(who.act('unsay', { id })).rejects.toMatchObject(denied('foreign', { field: 'id' }));
    }
    expect(await scene.texts(carl)).toEqual([undefined, 'mine']);
  });

  it('of a message that is too old, also from the owner', async () => {
    const ids = [await say(bert, 'one'), await say(anna, 'two')];
    await scene.told(carl);
    await age(scene.part.store, room, 900_000);
    for (const [who, id = ''] of [
      [bert, ids[0]],
      [anna, ids[1]],
    ] as const) {
      const old = id.replace(/^\d+/, (at) => String(Number(at) - 900_000));
      await expect(edit(who, old, 'x')).rejects.toMatchObject(denied('late', { field: 'id' }));
      await expect(who.act('unsay', { id: old })).rejects.toMatchObject(denied('late', { field: 'id' }));
    }
    expect(await scene.texts(carl)).toEqual(['one', 'two']);
  });

  it('where the rules do not let its author write', async () => {
    const id = await say(bert, 'one');
    const rules = (change: object) => anna.act('rules', change);
    const reasons: string[] = [];
    for (const [set, unset, reason] of [
      [{ readonly: true }, { readonly: false }, 'read_only'],
      [{ closed: true }, { closed: false }, 'closed'],
      [{ delay: 5 }, { delay: 0 }, 'delay'],
      [{ hold: 'all' }, { hold: false }, 'hold'],
    ] as const) {
      await rules(set);
      await expect(edit(bert, id, 'two')).rejects.toMatchObject(denied(reason));
      await rules(unset);
      reasons.push(reason);
    }
    await switchRoom(scene.part.store, room, true);
    for (const who of [anna, bert]) await expect(edit(who, id, 'two')).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(edit(bert, id, 'two')).rejects.toMatchObject(denied('off'));
    await switchRoom(scene.part.store, room, false);
    await edit(bert, id, 'two');
    expect(await scene.texts(carl)).toEqual(['two']);
  });

  it('with a link where none is allowed, with a word that would wait; and words are masked', async () => {
    const id = await say(bert, 'one');
    await anna.act('rules', { links: false, words: ['rude'], hold: true });
    await expect(edit(bert, id, 'see https://example.org')).rejects.toMatchObject(denied('links'));
    await expect(edit(bert, id, 'how rude')).rejects.toMatchObject(denied('words'));
    await anna.act('rules', { hold: false });
    const { at } = await edit(bert, id, 'how rude');
    expect(await edit(bert, id, 'how rude')).toMatchObject({ at });
    expect(await scene.texts(carl)).toEqual(['how ••••']);
    expect(edited(await scene.told(carl)).map(({ text }) => text)).toEqual(['how ••••']);
  });

  it('while slow mode makes its author wait, and begins a new wait', async () => {
    const id = await say(bert, 'one');
    await anna.act('rules', { slow: 30 });
    await edit(bert, id, 'two');
    const slow = { code: 'rate_limited', limit: 'slow' };
    await expect(edit(bert, id, 'three')).rejects.toMatchObject(slow);
    await expect(bert.send(scene.part, 'more')).rejects.toMatchObject(slow);
  });

  it('for people outside: they have left, were sent out, or never came', async () => {
    const id = await say(bert, 'one');
    const { person: dora } = await scene.join('elsewhere', { name: 'Dora' });
    await bert.act('exit');
    for (const who of [bert, dora]) {
      await expect(edit(who, id, 'x', { room })).rejects.toMatchObject({ code: 'not_in_room' });
      await expect(who.act('unsay', { id, room })).rejects.toMatchObject({ code: 'not_in_room' });
    }
  });

  it('in a private room that the other has left, or where the rules keep the two apart', async () => {
    const { id } = await scene.part.call('send', { token: bert.token, to: carl.id, text: 'psst' });
    const change = () => scene.part.call('edit', { token: bert.token, to: carl.id, id: String(id), text: 'hush' });
    await anna.act('rules', { private: false });
    await expect(change()).rejects.toMatchObject(denied('private'));
    await anna.act('rules', { private: true });
    await scene.part.call('block', { token: carl.token, user: bert.id });
    await expect(change()).rejects.toMatchObject({ code: 'not_in_room' });
    await scene.part.call('unsay', { token: bert.token, to: carl.id, id: String(id) });
  });
});

describe('who is muted quietly', () => {
  it.beforeEach(({ scene: given }) => enter(given));

  it('sees its edit, and nobody else does', async () => {
    const id = await say(bert, 'one');
    await edit(bert, id, 'two');
    await scene.told(carl);
    await anna.act('mute', { user: bert.id, seconds: 60, quiet: true });
    const { at } = await edit(bert, id, 'three');
    expect(await edit(bert, id, 'three')).toEqual({ ok: true, at });
    expect([await scene.texts(bert), await scene.texts(carl)]).toEqual([['three'], ['two']]);
    expect(edited(await scene.told(bert)).at(-1)).toMatchObject({ text: 'three', at });
    for (const who of [anna, carl])
      expect(edited(await scene.told(who))).not.toContainEqual(expect.objectContaining({ at }));
    const own = await say(bert, 'unheard');
    await edit(bert, own, 'unheard too');
    expect([await scene.texts(bert), await scene.texts(carl)]).toEqual([['three', 'unheard too'], ['two']]);
    expect(edited(await scene.told(carl))).toEqual([]);
    await anna.act('mute', { user: bert.id, seconds: 0 });
    await edit(bert, id, 'four');
    expect([await scene.texts(bert), await scene.texts(carl)]).toEqual([['four', 'unheard too'], ['four']]);
  });

  it('takes back what others saw before them, and what only it has seen, unheard', async () => {
    const id = await say(bert, 'one');
    await anna.act('mute', { user: bert.id, seconds: 60, quiet: true });
    const own = await say(bert, 'unheard');
    for (const one of [id, own]) await bert.act('unsay', { id: one });
    expect([await scene.texts(bert), await scene.texts(carl)]).toEqual([[], []]);
    const removed = (await scene.told(carl)).filter(({ type }) => type === 'removed');
    expect(removed.map((one) => one.removed)).toEqual([id]);
  });
});

const without = emptyWith({ EDIT_TTL: '0' });
describe('with EDIT_TTL=0', () => {
  without('nobody changes a message or takes one back', async ({ scene: given }) => {
    await enter(given);
    const id = await say(anna, 'one');
    await expect(edit(anna, id, 'x')).rejects.toMatchObject(denied('late'));
    await expect(anna.act('unsay', { id })).rejects.toMatchObject(denied('late'));
  });
});

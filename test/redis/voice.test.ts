/** Voice: the members who may write in a read-only room. */
import { describe, expect } from 'vitest';
import type { Audit, RoomView } from '../../shared/protocol/events.js';
import { VOICES_MAX } from '../../shared/protocol/limits.js';
import { emptyTest } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';

const it = emptyTest;
let scene: Scene, anna: Person, bert: Person, carl: Person;
it.beforeEach(async ({ scene: given }) => {
  scene = given;
  [anna, bert, carl] = await scene.people('mine', 'Anna', 'Bert', 'Carl');
  await anna.act('rules', { readonly: true });
});

const readOnly = { code: 'not_allowed', details: { reason: 'read_only' } };
const view = async (who: Person) => (await who.act('enter')).room as RoomView;
const voices = async () => ((await anna.act('audit')) as unknown as Audit).voices.map(({ name }) => name);
const says = (who: Person) => who.send(scene.part, 'x');

describe('voice in a read-only room', () => {
  it('is given and taken one by one, everybody is told, and it ends with the stay', async () => {
    await anna.act('allow', { user: bert.id });
    await anna.act('allow', { user: bert.id }); // changes nothing, tells nothing
    await says(bert);
    await bert.act('set', { key: 'k', value: 1 });
    await expect(says(carl)).rejects.toMatchObject(readOnly);
    expect([await view(bert), await voices()]).toMatchObject([{ voice: true }, ['Bert']]);
    expect(await view(carl)).not.toHaveProperty('voice');
    await anna.act('allow', { user: bert.id, on: false });
    await expect(says(bert)).rejects.toMatchObject(readOnly);
    const told = (await scene.told(carl)).filter(({ type }) => type === 'voice');
    expect(told).toMatchObject([
      { user: { id: bert.id, name: 'Bert' }, on: true },
      { user: { id: bert.id }, on: false },
    ]);
    for (const one of [bert, carl]) await anna.act('allow', { user: one.id });
    await bert.act('exit');
    await bert.act('enter');
    await expect(says(bert)).rejects.toMatchObject(readOnly);
    await says(carl);
    expect(await voices()).toEqual(['Carl']);
  });

  it('is given to all who are there, and to nobody who comes later; and taken from all', async () => {
    await anna.act('allow', { user: 0 });
    for (const one of [bert, carl]) await says(one);
    const dora = (await scene.join('mine')).person;
    await expect(says(dora)).rejects.toMatchObject(readOnly);
    await anna.act('allow', { user: 0, on: false });
    for (const one of [bert, carl]) await expect(says(one)).rejects.toMatchObject(readOnly);
    const told = (await scene.told(carl)).filter(({ type }) => type === 'voice');
    expect(told.map(({ user, on }) => [user, on])).toEqual([
      [undefined, true],
      [undefined, false],
    ]);
  });

  it("is a moderator's to give, to members; it helps against no other rule", async () => {
    await expect(bert.act('allow', { user: bert.id })).rejects.toMatchObject({ code: 'not_owner' });
    await expect(anna.act('allow', { user: 9_999 })).rejects.toMatchObject({ code: 'no_such_user' });
    await anna.act('moderate', { user: carl.id });
    await carl.act('allow', { user: bert.id });
    await anna.act('mute', { user: bert.id, seconds: 9 });
    await expect(says(bert)).rejects.toMatchObject({ details: { reason: 'muted' } });
    await anna.act('mute', { user: bert.id, seconds: 0 });
    await anna.act('rules', { closed: true });
    await expect(says(bert)).rejects.toMatchObject({ details: { reason: 'closed' } });
  });

  it('is bounded', async () => {
    const { redis, keys } = scene.part.store;
    const many = Array.from({ length: VOICES_MAX }, (_, i) => 100_000 + i);
    await redis.hset(keys.rules('mine'), 'voice', `,${many.join(',')},`);
    await expect(anna.act('allow', { user: bert.id })).rejects.toMatchObject({ details: { field: 'user' } });
    const audit = (await anna.act('audit')) as unknown as Audit;
    expect([audit.voices.length, audit.voiceIds]).toEqual([100, many]);
    await anna.act('allow', { user: many[0] ?? 0, on: false }).catch(() => undefined); // not a member: unknown
    await anna.act('allow', { user: 0 }); // these replace all others
    expect(await voices()).toEqual(['Anna', 'Bert', 'Carl']);
  });
});

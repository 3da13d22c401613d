/** Moderators and members are told the truth of a message, also when its author edits it before or after that. */
import { expect } from 'vitest';
import type { ReportedMessage } from '../../shared/protocol/events.js';
import { emptyTest } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';
import { refusedWith } from '../support/values.js';

const it = emptyTest;
let scene: Scene, anna: Person, bert: Person, carl: Person, dora: Person;
it.beforeEach(async ({ scene: given }) => {
  scene = given;
  [anna, bert, carl, dora] = await scene.people('mine', 'Anna', 'Bert', 'Carl', 'Dora');
});

const say = async (who: Person, text: string) => String((await who.act('send', { text })).id);
const edit = (who: Person, id: string, text: string) => who.act('edit', { id, text });
const reports = async () => ((await anna.act('held')).reports ?? []) as ReportedMessage[];

it('a message that a moderator has kept can be reported again when it says something else', async () => {
  const id = await say(bert, 'polite');
  await carl.act('report', { id });
  await anna.act('approve', { id });
  await edit(bert, id, 'rude');
  await dora.act('report', { id });
  expect(await reports()).toMatchObject([{ id, text: 'rude', was: 'polite', count: 1 }]);
});

it('a message that was kept is not reported again after an edit that nobody sees', async () => {
  const id = await say(bert, 'polite');
  await carl.act('report', { id });
  await anna.act('approve', { id });
  await anna.act('mute', { user: bert.id, seconds: 60, quiet: true });
  await edit(bert, id, 'rude');
  await dora.act('report', { id });
  expect(await reports()).toEqual([]);
});

it('a report shows what the message said when it was reported, whatever it said before and says now', async () => {
  const id = await say(bert, 'polite');
  await edit(bert, id, 'rude');
  await carl.act('report', { id });
  await edit(bert, id, 'polite again');
  expect(await reports()).toMatchObject([{ id, text: 'polite again', was: 'rude', count: 1 }]);
  await bert.act('unsay', { id });
  expect(await scene.part.store.redis.exists(scene.part.store.keys.edits('mine'))).toBe(0);
});

it('an edit of a quietly muted user is made for all when it is made again after the mute', async () => {
  const id = await say(bert, 'one');
  await anna.act('mute', { user: bert.id, seconds: 60, quiet: true });
  await edit(bert, id, 'two');
  await anna.act('mute', { user: bert.id, seconds: 0 });
  await edit(bert, id, 'two');
  expect([await scene.texts(bert), await scene.texts(carl)]).toEqual([['two'], ['two']]);
});

it('a message has one id: others that Redis would take for it are refused', async () => {
  const id = await say(bert, 'one');
  for (const other of [`0${id}`, `${id.replace('-', '-0')}`]) {
    for (const act of [() => carl.act('react', { id: other, emoji: '👍' }), () => carl.act('report', { id: other })])
      await expect(act()).rejects.toMatchObject(refusedWith('bad_request', { field: 'id' }));
  }
  expect(await scene.part.store.redis.exists(scene.part.store.keys.reactions('mine'))).toBe(0);
});

/** Edits: the author of a message changes it, and everybody has the new text, also who comes later. */
import { describe, expect } from 'vitest';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { bothPlans, freshRoom } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';
import { exported, imported } from '../support/take-along.js';
import { refusedWith } from '../support/values.js';

let scene: Scene, room: string, anna: Person, bert: Person, carl: Person;
async function enter(given: Scene): Promise<void> {
  [scene, room] = [given, freshRoom()];
  [anna, bert, carl] = await scene.people(room, 'Anna', 'Bert', 'Carl');
}

const say = async (who: Person, text: string, more: object = {}) =>
  String((await who.act('send', { text, ...more })).id);
const edit = (who: Person, id: string, text: string, more: object = {}) => who.act('edit', { id, text, ...more });
const edited = (events: ChatEvent[]) => events.filter(({ type }) => type === 'edited');
const message = async (who: Person, id: string) => (await who.act('history')).events.find((one) => one.id === id);
const denied = (reason: string, details: object = {}) => refusedWith('not_allowed', { reason, ...details });

describe.for(bothPlans())('an edit (%s)', ([, it]) => {
  it.beforeEach(({ scene: given }) => enter(given));

  it('is told to everybody, and the message says it in every page of history', async () => {
    const id = await say(bert, 'helo', { data: { any: [1, 2] }, re: '1-1' });
    await scene.told(carl);
    const { at } = await edit(bert, id, 'hello </script>');
    const [told, ...more] = edited(await scene.told(carl));
    expect(told).toEqual({
      ...{ type: 'edited', room, id: expect.any(String), at, from: { id: bert.id, name: 'Bert' } },
      ...{ edited: id, text: 'hello </script>' },
    });
    expect(more).toEqual([]);
    const now = {
      ...{ type: 'message', room, id, at: Number.parseInt(id, 10), from: { id: bert.id, name: 'Bert' } },
      ...{ text: 'hello </script>', data: { any: [1, 2] }, re: '1-1', editedAt: at },
    };
    for (const who of [anna, bert, carl]) expect(await message(who, id)).toEqual(now);
    expect((await scene.join(room)).room.history).toContainEqual(now);
    const contents = await exported(anna);
    const { text, data } = now;
    expect(contents.messages).toEqual([{ at: now.at, from: 'Bert', text, data, editedAt: at }]);
    const { person: elsewhere } = await scene.join(freshRoom());
    await imported(elsewhere, contents);
    expect(await exported(elsewhere)).toEqual(contents);
  });

  it('is no history, and pushes no message out of the log', async () => {
    const ids = [await say(bert, 'one'), await say(bert, 'two')];
    for (let i = 0; i < 30; i += 1) await edit(bert, ids[i % 2] ?? '', `text ${i}`);
    expect((await anna.act('history')).events.map(({ type }) => type)).not.toContain('edited');
    await scene.told(carl);
    expect(await scene.part.store.redis.xlen(scene.part.store.keys.log(room))).toBe(5);
    expect(await scene.texts(carl)).toEqual(['text 28', 'text 29']);
  });

  it('to what the message says already is no event, even when the author may not write any more', async () => {
    const id = await say(bert, 'one');
    expect(await edit(bert, id, 'one')).toEqual({ ok: true });
    const { at } = await edit(bert, id, 'two');
    await anna.act('mute', { user: bert.id, seconds: 60 });
    expect(await edit(bert, id, 'two')).toEqual({ ok: true, at });
    await expect(edit(bert, id, 'one')).rejects.toMatchObject(denied('muted', { retryAfter: 60 }));
    expect(edited(await scene.told(carl)).map(({ text }) => text)).toEqual(['two']);
  });

  it('is shown to moderators beside what the message said first', async () => {
    const id = await say(bert, 'rude');
    await carl.act('report', { id });
    const { at } = await edit(bert, id, 'polite');
    const from = { id: bert.id, name: 'Bert' };
    expect((await anna.act('held')).reports).toEqual([
      { id, at: Number.parseInt(id, 10), from, text: 'polite', was: 'rude', editedAt: at, count: 1 },
    ]);
  });

  it('finds the text whatever is in names, texts and data', async () => {
    const { person: dora } = await scene.join(room, { name: 'D"},"text":"x\\' });
    for (const [text, data] of [
      ['a"},"text":"b\\', { text: 'c', deep: { '},"text":"': '\ud800' } }],
      ['\u0000 \u2028 </script> \u{1f600} \\"', '\udc00'],
      ['"', undefined],
    ] as const) {
      const id = await say(dora, text, { data });
      expect(await edit(dora, id, text)).toEqual({ ok: true });
      await edit(dora, id, `${text}!`);
      expect(await message(carl, id)).toMatchObject({ text: `${text}!`, ...(data !== undefined && { data }) });
    }
    const onlyData = String((await dora.act('send', { data: { text: 'c' } })).id);
    await expect(edit(dora, onlyData, 'x')).rejects.toMatchObject({ code: 'bad_request' });
  });

  it('of a private message is for the two alone', async () => {
    const { id } = await scene.part.call('send', { token: bert.token, to: carl.id, text: 'psst' });
    await scene.part.call('edit', { token: bert.token, to: carl.id, id: String(id), text: 'hush' });
    const whispers = `${bert.id}:${carl.id}`;
    for (const who of [bert, carl]) {
      expect((await who.act('history', { room: whispers })).events).toMatchObject([{ id, text: 'hush' }]);
      await scene.worker.fanOut.advanceRoom(whispers);
      expect(edited((await who.poll(scene.part)).events)).toMatchObject([{ edited: id, private: true }]);
    }
    await expect(edit(anna, String(id), 'mine', { room: whispers })).rejects.toMatchObject({ code: 'not_in_room' });
  });
});

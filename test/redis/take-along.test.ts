/** A room is taken along: what an export has, and what an import makes of it. */
import { describe, expect } from 'vitest';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { EVENTS_MAX } from '../../shared/protocol/limits.js';
import { OPERATIONS } from '../../shared/protocol/operations.js';
import { importMessages } from '../../shared/store/room-contents.js';
import { emptyTest } from '../support/fixtures/parts.js';
import type { Person } from '../support/people.js';
import type { Scene } from '../support/scene.js';
import { exported, imported, said } from '../support/take-along.js';
import { plain, refusedWith, set } from '../support/values.js';

const it = emptyTest;
let scene: Scene, anna: Person, secret: string;
it.beforeEach(async ({ scene: given }) => {
  scene = given;
  const arrival = await scene.join('old', { name: 'Anna' });
  [anna, secret] = [arrival.person, String(arrival.owner)];
});

const RULES = {
  slow: 30,
  delay: 5,
  readonly: true,
  closed: true,
  links: false,
  words: ['rude', 'ass*'],
  hold: 'all',
  values: 'own',
  listed: false,
  private: false,
  names: 'asked',
};
const CONTENTS = { version: 1, rules: RULES, values: { a: 1 }, messages: [said('Eve', 'hello')] };

/** An owner who is alone in a room that nobody has used. */
const empty = async (room = 'new'): Promise<Person> => (await scene.join(room)).person;

const messagesOf = async (who: Person): Promise<ChatEvent[]> =>
  (await who.act('history', { types: ['message'] })).events as ChatEvent[];

describe('an export', () => {
  it.beforeEach(async () => {
    const bert = (await scene.join('old', { name: 'Bert' })).person;
    await anna.act('send', { text: 'first \u0000 <b> \u{1f600}', data: { 2: 'b', a: [null, 1e21], 1: 'c' } });
    await bert.act('send', { data: 'only data' });
    await bert.act('exit');
    await set(anna, 'constructor', { deep: ['<script>'] });
    await set(anna, '@me/mood', 'good');
    for (const by of [1e15, 0.1, 0.2]) await anna.act('add', { key: 'sum', by });
  });

  it('has messages with times and names, shared values and rules; and no ids, own values or roles', async () => {
    await anna.act('rules', RULES);
    const at = (await messagesOf(anna)).map((event) => event.at);
    expect(await exported(anna)).toEqual({
      version: 1,
      rules: RULES,
      values: { constructor: { deep: ['<script>'] }, sum: 1e15 + 0.1 + 0.2 },
      messages: [
        { at: at[0], from: 'Anna', text: 'first \u0000 <b> \u{1f600}', data: { 2: 'b', a: [null, 1e21], 1: 'c' } },
        { at: at[1], from: 'Bert', data: 'only data' },
      ],
    });
  });

  it('has topic and pinned message, without the ids of the pin', async () => {
    const pin = { id: '1-1', from: { id: anna.id, name: 'Anna' }, text: 'Read this' };
    for (const [key, value] of Object.entries({ '@topic': 'Numbers', '@pin': pin })) await set(anna, key, value);
    const { values, ...rest } = await exported(anna);
    expect(values).toMatchObject({ '@topic': 'Numbers', '@pin': { text: 'Read this', from: { name: 'Anna' } } });
    expect(JSON.stringify(values)).not.toMatch(/"id"/);
    const carl = await empty();
    await imported(carl, { values, ...rest });
    expect(JSON.stringify((await exported(carl)).values)).toBe(JSON.stringify(values));
    const { id } = ((await plain(carl))['@pin'] as { from: { id: number } }).from;
    expect(id).toBeLessThan(0);
  });

  it('has every rule that there is', async () => {
    await anna.act('rules', RULES);
    const names = OPERATIONS.rules.parameters
      .map(({ name }) => name)
      .filter((name) => !['token', 'room', 'owner'].includes(name));
    expect(Object.keys((await exported(anna)).rules ?? {})).toEqual(names);
  });

  it('is the same bytes after an import and another export, of more messages than one page', async () => {
    await anna.act('rules', RULES);
    for (let i = 0; i < 2 * EVENTS_MAX; i += 1) await anna.act('send', { text: `line ${i}` });
    const before = await exported(anna);
    expect(before.messages).toHaveLength(2 * EVENTS_MAX + 2);
    const carl = await empty();
    const { messages = [], ...rest } = before;
    for (let part = 0; part < 3; part += 1) {
      const some = messages.slice(part * EVENTS_MAX, (part + 1) * EVENTS_MAX);
      await imported(carl, part < 2 ? { version: 1, messages: some } : { ...rest, messages: some }, { id: 'n', part });
    }
    expect(JSON.stringify(await exported(carl))).toBe(JSON.stringify(before));
  });

  it('has nothing that somebody could use: no token, hash or address, nor what only one user may see', async () => {
    const eve = (await scene.join('old', { name: 'Eve' })).person;
    await anna.act('mute', { user: eve.id, seconds: 60, quiet: true });
    await eve.act('send', { text: 'seen by nobody' });
    await anna.act('rules', { words: ['rude'], hold: true });
    const fred = (await scene.join('old', { name: 'Fred' })).person;
    await fred.act('send', { text: 'rude' });
    await anna.act('ban', { user: fred.id, seconds: 60 });
    const keys = await anna.act('keys', { member: 'renew', moderator: 'renew' });
    const { store } = scene.part;
    const kept = await store.redis.hgetall(store.keys.rules('old'));
    const text = JSON.stringify(await exported(anna));
    expect(kept.bans).toContain('here');
    const hashes = [kept.owner, kept.memberKey, kept.moderatorKey, kept.memberKeyHead].map((hash) => hash ?? 'none');
    const secrets = [secret, anna.token, String(keys.member), String(keys.moderator), ...hashes];
    for (const one of [...secrets, 'here', 'Fred', 'Eve', 'seen by nobody', '"rude"}']) expect(text).not.toContain(one);
    expect(hashes).not.toContain('none');
  });

  it('is for the owner alone', async () => {
    const bert = (await scene.join('old')).person;
    await expect(bert.act('export')).rejects.toMatchObject(refusedWith('not_owner'));
    await anna.act('moderate', { user: bert.id });
    await expect(bert.act('export')).rejects.toMatchObject(refusedWith('not_owner'));
    expect((await bert.act('export', { owner: secret })).ok).toBe(true);
  });
});

describe('an import', () => {
  it('brings messages with new ids, of senders who are nobody here, marked with the time of each', async () => {
    const carl = await empty();
    const messages = [said('Eve', 'one', 1_000), said('Mallory', 'two', 2_000), said('Eve', 'three', 3_000)];
    await imported(carl, { version: 1, messages });
    const events = (await scene.told(carl)).filter(({ type }) => type === 'message');
    expect(events).toEqual(await messagesOf(carl));
    expect(events.map(({ text, from, imported: at }) => [text, from.name, at])).toEqual([
      ['one', 'Eve', 1_000],
      ['two', 'Mallory', 2_000],
      ['three', 'Eve', 3_000],
    ]);
    const [one, two, three] = events.map(({ from }) => from.id);
    expect([one === three, one === two]).toEqual([true, false]);
    expect(Math.max(...events.map(({ from }) => from.id))).toBeLessThan(0);
    for (const { id, at } of events) expect([Number.parseInt(id, 10), at > 1_700_000_000_000]).toEqual([at, true]);
    expect((await carl.act('audit')).acts).toMatchObject([{ what: 'import', by: carl.id }]);
  });

  it('does nothing twice, and goes on after the process has died between its steps', async () => {
    const carl = await empty();
    const actor = { room: 'new', by: { id: carl.id, name: 'Carl' } };
    const messages = [{ at: 1, from: 'Eve', text: 'hello' }];
    const step = 'begin';
    expect(await importMessages(scene.part.store, actor, { nonce: 'n', part: 0, step, messages })).toBe('ok');
    expect(await imported(carl, CONTENTS, { id: 'n' })).toEqual({ ok: true, duplicate: true });
    await set(carl, 'a', 2);
    expect(await imported(carl, CONTENTS, { id: 'n' })).toEqual({ ok: true, duplicate: true });
    expect(await exported(carl)).toMatchObject({ rules: RULES, values: { a: 2 }, messages });
    expect(await messagesOf(carl)).toHaveLength(1);
  });

  it('that is repeated late reverts nothing that was set since', async () => {
    const carl = await empty();
    const parts = [0, 1].map((part) => ({ version: 1, values: { [`v${part}`]: 1 }, rules: { slow: 30 + part } }));
    for (const [part, data] of parts.entries()) {
      expect(await imported(carl, data, { id: 'n', part })).toEqual({ ok: true });
      await set(carl, `v${part}`, 'newer');
      await carl.act('rules', { slow: 5, words: ['rude'] });
      const { store } = scene.part;
      for (const nonce of await store.redis.keys('*nonce*')) await store.redis.del(nonce); // they expire soon
      for (let repeated = part; repeated >= 0; repeated -= 1)
        expect(await imported(carl, parts[repeated] ?? {}, { id: 'n', part: repeated })).toMatchObject({
          duplicate: true,
        });
      expect((await exported(carl)).rules).toEqual({ slow: 5, words: ['rude'] });
      expect(await plain(carl)).toMatchObject({ [`v${part}`]: 'newer' });
    }
  });

  it('puts nothing behind what somebody has really said', async () => {
    const carl = await empty();
    await imported(carl, { version: 1, messages: [said('Eve', 'one')] }, { id: 'n' });
    const eve = (await scene.join('new', { name: 'Eve' })).person;
    await eve.act('send', { data: { imported: 1 } });
    await eve.act('exit');
    const next = imported(carl, { version: 1, messages: [said('Eve', 'I said yes')] }, { id: 'n', part: 1 });
    await expect(next).rejects.toMatchObject(refusedWith('not_allowed', { reason: 'not_empty' }));
    expect((await messagesOf(carl)).map(({ text }) => text)).toEqual(['one', undefined]);
  });

  it('takes its parts in their order', async () => {
    const carl = await empty();
    const early = imported(carl, CONTENTS, { id: 'n', part: 1 });
    await expect(early).rejects.toMatchObject(refusedWith('bad_request', { field: 'part' }));
    for (const part of [0, 1, 1, 2, 0])
      await imported(carl, { version: 1, messages: [said('Eve', `${part}`)] }, { id: 'n', part });
    expect((await messagesOf(carl)).map(({ text }) => text)).toEqual(['0', '1', '2']);
    const other = imported(carl, CONTENTS, { id: 'other', part: 3 });
    await expect(other).rejects.toMatchObject(refusedWith('bad_request', { field: 'part' }));
  });

  it.each<[string, (carl: Person) => Promise<unknown>]>([
    ['a message', (carl) => carl.act('send', { text: 'hello' })],
    ['a value', (carl) => set(carl, 'a', 1)],
    ['somebody else', () => scene.join('new')],
    ['the beginning of another import', (carl) => imported(carl, CONTENTS, { id: 'other' })],
  ])('is refused in a room with %s, and possible when that is gone', async (_, disturb) => {
    const carl = await empty();
    await disturb(carl);
    await expect(imported(carl, CONTENTS)).rejects.toMatchObject(refusedWith('not_allowed', { reason: 'not_empty' }));
    await carl.act('clear');
    await carl.act('clear', { values: true });
    const { members } = await carl.act('members');
    for (const { id } of members as { id: number }[]) if (id !== carl.id) await carl.act('kick', { user: id });
    expect(await imported(carl, CONTENTS)).toEqual({ ok: true });
    expect(await exported(carl)).toEqual(CONTENTS);
  });

  it('stops when somebody comes between its parts, and goes on when the owner is alone again', async () => {
    const carl = await empty();
    const part = (number: number) =>
      imported(carl, { version: 1, messages: [said('Eve', `${number}`)] }, { id: 'n', part: number });
    await part(0);
    const dora = (await scene.join('new')).person;
    await expect(part(1)).rejects.toMatchObject(refusedWith('not_allowed', { reason: 'not_empty' }));
    await dora.act('exit');
    await part(1);
    expect((await messagesOf(carl)).map(({ text }) => text)).toEqual(['0', '1']);
  });

  it('is for the owner alone, of a room that is not switched off', async () => {
    const carl = await empty();
    const dora = (await scene.join('new')).person;
    await carl.act('moderate', { user: dora.id });
    await expect(imported(dora, CONTENTS)).rejects.toMatchObject(refusedWith('not_owner'));
    await dora.act('exit');
    await scene.part.store.redis.hset(scene.part.store.keys.rules('new'), 'off', 1);
    await expect(imported(carl, CONTENTS)).rejects.toMatchObject(refusedWith('not_allowed', { reason: 'off' }));
  });

  it.each<[string, object, string]>([
    ['a version that is not known', { version: 2 }, 'data must be what export returns'],
    ['something unknown', { tokens: [] }, 'data must be what export returns'],
    [
      'the name of a role',
      { messages: [said('Host', 'x')] },
      'data.messages.0.from: from must not be the name of a role',
    ],
    ['a name that turns text around', { messages: [said('a\u202eb', 'x')] }, 'data.messages.0.from: name must have'],
    ['a text that is too long', { messages: [said('Eve', 'x'.repeat(2_001))] }, 'data.messages.0.text: text must have'],
    ['a message that says nothing', { messages: [{ at: 1, from: 'Eve' }] }, 'data.messages.0: text must have'],
    ['a message with an id', { messages: [{ ...said('Eve', 'x'), id: '1-1' }] }, 'data must be what export'],
    ['a time to come', { messages: [said('Eve', 'x', Date.now() + 7_200_000)] }, 'data.messages.0.at: at must be'],
    ['a time that is none', { messages: [said('Eve', 'x', 9e15)] }, 'data.messages.0.at: at must be'],
    ['too many messages', { messages: Array(EVENTS_MAX + 1).fill(said('Eve', 'x')) }, 'data must be what export'],
    ["a user's own value", { values: { '@12/mood': 1 } }, 'a key must have'],
    ['a key for many values', { values: { 'todo/': 1 } }, 'a key must have'],
    ['a value that is too large', { values: { a: 'x'.repeat(4_095) } }, 'value must be JSON'],
    ['a value that deletes', { values: { a: null } }, 'value must be JSON'],
    ['a rule that there is not', { rules: { owner: 'x', token: 'y', mine: 1 } }, 'rules takes no mine'],
    ['a rule that is not allowed', { rules: { slow: -1 } }, 'slow must be'],
  ])('refuses %s, and the room stays empty', async (_, data, says) => {
    const carl = await empty();
    const refused = (async () => imported(carl, { version: 1, ...data }))();
    await expect(refused).rejects.toMatchObject({ code: 'bad_request', message: expect.stringContaining(says) });
    expect([await messagesOf(carl), await plain(carl)]).toEqual([[], {}]);
    expect(await imported(carl, CONTENTS)).toEqual({ ok: true });
  });
});

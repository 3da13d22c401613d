/**
 * Nicknames: unique in every form that looks the same, changed with everybody told, free again when their user has
 * gone.
 */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { foldName } from '../../shared/store/nicknames.js';
import { systemWith } from '../support/fixtures/system.js';
import { openPart } from '../support/parts.js';
import type { TestSystem } from '../support/processes.js';
import { refusal } from '../support/refusal.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const it = systemWith({ apis: 2 });
let system: TestSystem;
it.beforeAll(({ system: started }) => {
  system = started;
});

const join = (name: string, room = 'names') => TestUser.join(system.urls, { name, room });

describe('a name', () => {
  it.each([
    ['case', 'Andrew', 'aNDREW'],
    ['composition (NFC)', 'José', 'Jose\u0301'],
    ['compatibility (NFKC)', 'ﬁne', 'fine'],
    ['width', 'ＡＢＣ', 'abc'],
    ['superscript', 'x²', 'X2'],
    ['space around it', ' bob', 'bob\t'],
    ['more spaces within it', 'Jo  \u3000Ann', 'Jo Ann'],
    ['sharp s', 'Straße', 'STRASSE'],
    ['capital sharp s', 'GROẞ', 'groß'],
    ['final sigma', 'ΟΔΟΣ', 'οδοσ'],
    ['long s', 'ſam', 'Sam'],
    ['kelvin sign', '\u212aarl', 'karl'],
    ['Cyrillic letters', 'Раvеl', 'Pavel'],
    ['Cyrillic capitals', 'ТОМ', 'Tom'],
    ['Greek letters', 'Αlαn', 'Alan'],
    ['a small l for a capital I', 'Irene', 'lrene'],
    ['digits', 'Otto', '0tt0'],
    ['rn for m', 'Emma', 'Ernrna'],
    ['letters of mathematics', '𝓗𝓮𝓲𝓭𝓲', 'heidi'],
    ['marks on look-alikes', 'Zоё', 'Zoë'],
    ['invisible letters', 'Ki\u200bm', 'Kim'],
    ['a soft hyphen', 'Su\u00ade', 'Sue'],
  ])('is taken for another that differs only by %s', async (_, first, second) => {
    const user = await join(first);
    expect(user.name).toBe(
      first
        .normalize('NFC')
        .replace(/\p{Zs}+/gu, ' ')
        .trim(),
    );
    expect(await refusal(join(second))).toMatchObject({ code: 'name_taken', field: 'name' });
  });

  it('is one with its capitals, small letters and normal forms, whatever the letters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }), (name) => {
        const folded = foldName(name);
        for (const other of [
          name.toUpperCase(),
          name.toLowerCase(),
          name.normalize('NFC'),
          name.normalize('NFD'),
          name.normalize('NFKC'),
        ])
          expect(foldName(other)).toBe(folded);
        expect(foldName(folded)).toBe(folded);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is another when it has other letters', async () => {
    for (const name of ['eva', 'éva', 'ева', 'e va', 'evä', '이바', 'عيفا', 'エヴァ', '伊娃']) await join(name);
  });

  it.each([
    'host',
    'Admin',
    'аdmіn',
    'ADM1N',
    'h0st',
    'Ad\u200bmin',
    'a.d.m.i.n',
    'ádmin',
    'Moderators',
    'the owner of this room',
    'Room owner',
    'admin 2',
    '_mod_',
    'System',
    'SERVER',
    'Everyone',
    'Eve (moderator)',
    '[mod] Eve',
    'Eve | Owner',
    'Eve ★ host ★',
    'owner: Eve',
  ])("that says a role is nobody's: %s", async (name) => {
    const { code, field, message, suggestion = '' } = await refusal(join(name));
    expect({ code, field, message }).toEqual({
      code: 'name_taken',
      field: 'name',
      message: expect.stringContaining('is reserved for the people who run the chat'),
    });
    expect((await join(suggestion)).name).toBe(suggestion);
  });

  it.each([
    'Simon Host',
    'Modest',
    'Hosta',
    'Moda',
    'Theo',
    'Adminah',
    'Jean-Marc Server',
    'Ghost',
    'Own',
    'Hostettler (Eve)',
  ])("that has a role's letters is like any other: %s", async (name) => {
    expect((await join(name)).name).toBe(name);
  });

  it('that says a role stays with who bears it, and comes to nobody by rename', async () => {
    const user = await join('plain of roles');
    expect(await refusal(user.ask('rename', { name: 'Moderator' }))).toMatchObject({
      code: 'name_taken',
      suggestion: expect.stringMatching(/^guest-/),
    });
    const part = await openPart(system.redis.url, { SHARDS: '1' });
    const { redis, keys } = part.store;
    await redis.hset(keys.user(user.id), { name: 'Moderator', nick: foldName('Moderator') }); // from before they were kept
    await part.close();
    expect(await user.ask('rename', { name: 'moderator' })).toMatchObject({ user: { name: 'moderator' } });
  });

  it('belongs to one of many who want it at the same moment', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => join(i % 2 ? 'wanted' : 'WANTED')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is suggested in a form that is free and not too long', async () => {
    const long = 'ü'.repeat(32);
    await join(long);
    for (let n = 2; n <= 11; n += 1) {
      const { suggestion = '' } = await refusal(join(long));
      expect([...suggestion].length).toBeLessThanOrEqual(32);
      await join(suggestion);
    }
  });

  it('is free again after leave and after rename, in all its forms', async () => {
    const first = await join('Mallory');
    await first.ask('rename', { name: 'Malory' });
    const second = await join('MALLORY');
    await second.ask('leave');
    await first.ask('rename', { name: 'mallory' });
    expect(await refusal(join('Mallory'))).toMatchObject({ code: 'name_taken' });
    await join('malory');
  });
});

describe('a guest', () => {
  it('has a name of its own, which it can change', async () => {
    const guests = await Promise.all(Array.from({ length: 50 }, () => TestUser.join(system.urls)));
    expect(new Set(guests.map(({ name }) => name)).size).toBe(50);
    for (const { name } of guests) expect(name).toMatch(/^guest-\d{5}$/);
    expect(await guests[0]?.ask('rename', { name: 'no guest' })).toMatchObject({ user: { name: 'no guest' } });
  });
});

describe('rename', () => {
  it('is told to all rooms of the user, who are shown the new name from then on', async () => {
    const [user, here, there] = [await join('was so', 'here'), await join('h', 'here'), await join('t', 'there')];
    await user.ask('enter', { room: 'there' });
    const followers = [here.follow(), there.follow()];
    const { user: renamed } = await user.ask('rename', { name: 'is so' });
    await user.send({ text: 'hello', room: 'here' });
    for (const follower of followers) {
      const event = await until(() => follower.events.find(({ type }) => type === 'renamed'), 'the new name is told');
      expect(event).toMatchObject({ from: renamed, was: 'was so' });
      expect(event).not.toHaveProperty('text');
    }
    await until(
      () => followers[0]?.events.find(({ text, from }) => text === 'hello' && from.name === 'is so'),
      'the message has the new name',
    );
    for (const member of [here, there])
      expect((await member.ask<{ members: object[] }>('members')).members).toContainEqual(renamed);
    await Promise.all(followers.map((follower) => follower.stop()));
  });

  it('to the same name, or only another case, is no conflict; the same name is no event', async () => {
    const user = await join('same', 'alone');
    await user.ask('rename', { name: 'same' });
    await user.ask('rename', { name: 'SAME' });
    const { events } = await user.ask<{ events: object[] }>('history');
    expect(events.filter((event) => 'was' in event)).toEqual([
      expect.objectContaining({ was: 'same', from: { id: user.id, name: 'SAME' } }),
    ]);
    expect(await refusal(join('Same', 'alone'))).toMatchObject({ code: 'name_taken' });
  });

  it('to a taken name changes nothing', async () => {
    const [user] = [await join('keeps'), await join('holds')];
    expect(await refusal(user.ask('rename', { name: 'HOLDS' }))).toMatchObject({
      code: 'name_taken',
      suggestion: 'HOLDS2',
    });
    expect(await refusal(join('keeps'))).toMatchObject({ code: 'name_taken' });
    expect((await user.ask<{ members: object[] }>('members')).members).toContainEqual({ id: user.id, name: 'keeps' });
  });
});

/**
 * A lesson: every message waits for approval, and the pupils try everything. `PUPILS=300 npx vitest run --project system
 * test/system/lesson.test.ts` plays a lecture hall.
 */
import { expect } from 'vitest';
import type { OperationName } from '../../shared/protocol/operations.js';
import type { Parameters } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import type { Follower } from '../support/follower.js';
import type { TestSystem } from '../support/processes.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';
import { many } from '../support/visitors.js';

const PUPILS = Number(process.env.PUPILS ?? 24);
/** One of so many pupils has a message approved. */
const APPROVED = 8;
const PATIENCE_MS = 60_000 + PUPILS * 400;
const room = 'lesson';
const it = systemWith({ apis: 2, env: { RATE_LIMITS: 'off' } });

interface Pupil {
  user: TestUser;
  follower: Follower;
  word: string;
}

/** What a pupil tries with each operation, with a word of its own wherever the operation takes one. */
const TRIES: Record<OperationName, (word: string, neighbour: number, held: string) => Parameters[]> = {
  join: () => [], // see below: it makes another user
  rename: (word) => [{ name: `${word}y` }],
  send: (word, to) => [
    { text: `say ${word}` },
    { data: { say: word } },
    { text: word, data: { [word]: word } },
    { to, text: word, room: undefined },
  ],
  post: (word) => [
    { text: word, name: `${word}z` },
    { data: { say: word }, name: `${word}z` },
  ],
  react: (_word, _user, id) => [{ id, emoji: '👍' }],
  edit: (word, _, id) => [{ id, text: word }],
  unsay: (_word, _user, id) => [{ id }],
  signal: (word) => [{ data: word }, { data: { typing: word } }],
  set: (word) => [
    { key: word, value: word },
    { key: `@me/${word}`, value: word },
    { key: 'sum', value: word },
    { key: '@topic', value: word },
    { key: '@pin', value: { text: word } },
  ],
  add: (word) => [{ key: word }, { key: `@me/${word}` }, { key: '@topic' }],
  enter: () => [{}],
  exit: () => [], // see below: one of them comes back under another name
  leave: () => [],
  block: (_, user) => [{ user, room: undefined }],
  unblock: (_, user) => [{ user, room: undefined }],
  rules: (word) => [{ hold: false }, { words: [word] }],
  keys: () => [{ member: 'renew' }, { moderator: 'renew' }],
  incoming: (word) => [{ name: word }],
  hook: () => [{ url: 'https://example.com/hook' }, { id: 'abcdefgh', on: false }],
  import: (word) => [{ data: { version: 1, messages: [{ at: 1, from: word, text: word }], values: { k: word } } }],
  remove: (_word, _user, id) => [{ id }],
  approve: (_word, _user, id) => [{ id }],
  reject: (_word, _user, id) => [{ id }],
  clear: () => [{}, { values: true }],
  mute: (_, user) => [{ user, seconds: 9 }],
  kick: (_, user) => [{ user }],
  ban: (_, user) => [{ user, seconds: 9 }],
  moderate: (_, user) => [{ user }],
  allow: (_, user) => [{ user }, { user: 0 }],
  report: (_word, _user, id) => [{ id }],
  handover: (_, user) => [{ user }],
  own: () => [{}],
  // these only read, and what they read is looked at in the end
  poll: () => [],
  ack: () => [],
  sent: () => [],
  get: () => [],
  members: () => [],
  history: () => [],
  rooms: () => [],
  held: () => [{}],
  audit: () => [{}],
  hooks: () => [{}],
  export: () => [{}],
};

let system: TestSystem;
it.beforeAll(({ system: started }) => {
  system = started;
});

const joinAs = (name: string) => TestUser.join(system.urls, { room, name });
/** The words of pupils in anything that somebody was given. */
const wordsIn = (given: unknown): string[] => JSON.stringify(given).match(/w\d+w/g) ?? [];

async function tryEverything({ user, word }: Pupil, neighbour: number): Promise<void> {
  const { id } = await user.send({ room, text: word });
  for (const [operation, tries] of Object.entries(TRIES))
    for (const parameters of tries(word, neighbour, id))
      await user.ask(operation, { room, ...parameters }).catch(() => undefined);
  await user.ask('exit', { room });
  await user.ask('enter', { room });
  const again = await joinAs(`${word}x`);
  await again.ask('leave');
}

/** Everything that a member can read now. */
const readAll = async (user: TestUser) => [
  await user.ask('enter', { room }),
  await user.ask('members', { room }),
  await user.ask('history', { room, limit: 100 }),
  await user.ask('get', { room }),
];

it(
  'where every message waits, no word that is not approved reaches a pupil, whatever the pupils call',
  async () => {
    const teacher = await joinAs('Ms Ada');
    await teacher.ask('rules', { room, hold: 'all' });
    await teacher.ask('set', { room, key: '@topic', value: 'Volcanoes' });
    await teacher.ask('set', { room, key: '@pin', value: { text: 'Read page 12' } });
    const pupils = await many(PUPILS, async (i): Promise<Pupil> => {
      const user = await joinAs(`w${i}w`);
      return { user, follower: user.follow(), word: `w${i}w` };
    });
    const heard = teacher.follow();
    await many(PUPILS, async (i) => {
      const [pupil, next] = [pupils[i], pupils[(i + 1) % PUPILS]];
      if (pupil && next) await tryEverything(pupil, next.user.id);
    });
    const asked = await Promise.all(pupils.map(({ user, word }) => user.send({ room, text: `may I say ${word}?` })));
    const approved = pupils.filter((_, i) => i % APPROVED === 0).map(({ word }) => word);
    const rude = pupils[1] ?? expect.fail();
    await teacher.ask('kick', { room, user: rude.user.id });
    for (const [i, { id }] of asked.entries()) if (i % APPROVED === 0) await teacher.ask('approve', { room, id });
    await teacher.send({ room, text: 'the end' });

    const others = pupils.filter((pupil) => pupil !== rude);
    await until(() => others.every(({ follower }) => follower.texts().includes('the end')), 'the end', PATIENCE_MS);
    for (const { user, follower, word } of others) {
      const known = new Set(wordsIn([follower.raw, await readAll(user)]));
      known.delete(word); // a pupil knows its own name
      expect([...known].sort(), word).toEqual(approved.filter((one) => one !== word).sort());
      expect(follower.signals).toEqual([]);
    }
    const late = await joinAs('late');
    expect(late.joined.room.values.values).toMatchObject({
      '@topic': { value: 'Volcanoes' },
      '@pin': { value: { text: 'Read page 12' } },
    });
    expect(new Set(wordsIn([late.joined, await readAll(late)]))).toEqual(new Set(approved));
    // the teacher has all of it: nothing is lost on the way
    expect(new Set(wordsIn(heard.raw)).size).toBe(PUPILS);
    await Promise.all([heard, ...pupils.map(({ follower }) => follower)].map((follower) => follower.stop()));
  },
  PATIENCE_MS,
);

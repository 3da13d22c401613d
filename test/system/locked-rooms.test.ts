/**
 * A room with a key gives nothing to people without it: no operation and no page says what is said there, who is there,
 * or that it exists. This goes through the tables, so a new operation is tried too.
 */
import { readdirSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { OPERATIONS, type OperationName, type ParameterKind, STREAM } from '../../shared/protocol/operations.js';
import { root } from '../support/child.js';
import { ask, type Body, call, type Parameters, type Way } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import type { TestSystem } from '../support/processes.js';
import { until } from '../support/until.js';
import type { Joined } from '../support/user.js';

/** Names of the same length: an answer must not differ in its size either. */
const [LOCKED, ABSENT] = ['locked-room', 'absent-room'];
/** It is in everything that only members may read. */
const SECRET = 'SECRET';

const it = systemWith({ env: { RATE_LIMITS: 'off', ADMIN_PASSWORD: 'long enough to be one' } });
let system: TestSystem, url: string, anna: Joined & { owner: string }, bert: Joined, said: string, held: string;
let valid: string;
const keys: Record<string, string | undefined> = { 'no key': undefined, 'a wrong key': 'x'.repeat(24) };

it.beforeAll(async ({ system: started }) => {
  system = started;
  url = system.url;
  anna = await ask(url, 'join', { room: LOCKED, name: `${SECRET} Anna` });
  bert = await ask(url, 'join', { room: LOCKED, name: `${SECRET} Bert` });
  const act = <Fields>(operation: string, parameters: Parameters) =>
    ask<Fields>(url, operation, { token: anna.token, room: LOCKED, ...parameters });
  await act('rules', { words: [`${SECRET}word`], hold: true, slow: 3, private: false });
  await act('set', { key: 'score', value: SECRET });
  said = (await act<{ id: string }>('send', { text: `${SECRET} text`, id: 'nonce' })).id;
  held = (await ask<{ id: string }>(url, 'send', { token: bert.token, room: LOCKED, text: `${SECRET}word` })).id;
  keys['an old key'] = (await act<{ member: string }>('keys', { member: 'renew' })).member;
  keys['an old key of moderators'] = (await act<{ moderator: string }>('keys', { moderator: 'renew' })).moderator;
  await act('keys', { moderator: 'renew' });
  valid = (await act<{ member: string }>('keys', { member: 'renew' })).member;
});

let made = 0;
/** A parameter of each kind that is allowed, and means something in the locked room where that is possible. */
const SAMPLES: Record<ParameterKind, () => unknown> = {
  name: () => `stranger-${made++}`,
  room: () => LOCKED,
  anyRoom: () => LOCKED,
  token: () => 'a token of the intruder takes its place',
  cursor: () => undefined,
  timeout: () => 1,
  text: () => 'text',
  data: () => ({ any: 'data' }),
  user: () => bert.user.id,
  nonce: () => 'nonce',
  before: () => '9'.repeat(13).concat('-0'),
  limit: () => 100,
  flag: () => true,
  owner: () => 'y'.repeat(24),
  event: () => held,
  re: () => said,
  member: () => bert.user.id,
  anyMember: () => bert.user.id,
  seconds: () => 60,
  banSeconds: () => 60,
  slow: () => 10,
  delay: () => 10,
  words: () => ['word'],
  joinNonce: () => `${'n'.repeat(22)}${made++}`,
  secret: () => 's'.repeat(22),
  history: () => 50,
  key: () => 'score',
  value: () => 1,
  version: () => said,
  number: () => 1,
  keys: () => 'score',
  prefix: () => '',
  after: () => '0',
  writers: () => 'all',
  types: () => 'message',
  roomKey: () => 'takes the key that is tried',
  keyChange: () => 'renew',
  naming: () => 'asked',
  hold: () => 'all',
  contents: () => ({
    version: 1,
    rules: { slow: 1 },
    values: { score: 2 },
    messages: [{ at: 1, from: 'Eve', text: 'text' }],
  }),
  part: () => 0,
  emoji: () => '👍',
  hook: () => `${LOCKED}.${'z'.repeat(24)}`,
  hookId: () => 50_000_000_000_001,
  since: () => said,
  hookUrl: () => 'https://example.com/hook',
  hookShape: () => 'json',
  hookOutId: () => 'abcdefgh',
};

/** The parameters of an operation: the required ones with the room, then with each optional one, then with all. */
function variants(operation: OperationName): Parameters[] {
  const { parameters } = OPERATIONS[operation];
  const sampleOf = (kinds: readonly { name: string; kind: ParameterKind }[]): Parameters =>
    Object.fromEntries(kinds.map(({ name, kind }) => [name, SAMPLES[kind]()]));
  const needed = operation === 'post' ? ['room', 'text'] : ['room'];
  const base = parameters.filter(({ name, required }) => required || needed.includes(name));
  const others = parameters.filter((one) => !base.includes(one) && (one.kind as ParameterKind) !== 'roomKey');
  return [base, ...others.map((one) => [...base, one]), [...base, ...others]].map(sampleOf);
}

/** Calls an operation as an intruder, a fresh one each time. */
async function intrude(operation: OperationName, given: Parameters, room: string, key?: string, way?: Way) {
  const { token } = await ask<Joined>(url, 'join', { room: `outside-${made++}` });
  const names = OPERATIONS[operation].parameters.map(({ name }) => name as string);
  const parameters = {
    ...given,
    ...(names.includes('token') && { token }),
    ...('name' in given && { name: SAMPLES.name() }),
    ...('room' in given && { room }),
    ...(key !== undefined && ENTERS.has(operation) && { key }),
  };
  return (await call(url, operation, parameters, way ? { way } : {})).body;
}
const ENTERS = new Set<OperationName>(['join', 'enter', 'post']);

/** An answer without what differs between any two users and calls. */
function plain(body: Body<object>): string {
  return JSON.stringify(body)
    .replaceAll(LOCKED, ABSENT)
    .replace(/\d[\w.-]{20,}/g, 'TOKEN')
    .replace(/\d+/g, '#');
}

/** Tries one call, and fails if its answer says anything of the locked room. */
async function expectNothing(operation: OperationName, given: Parameters, way: Way, key?: string): Promise<void> {
  const body = await intrude(operation, given, LOCKED, key, way);
  expect(JSON.stringify(body)).not.toContain(SECRET);
  if (!('room' in given)) expect(JSON.stringify(body)).not.toContain(LOCKED);
  if (ENTERS.has(operation) && !('hook' in given))
    expect(body).toMatchObject({ ok: false, error: { code: 'not_allowed', reason: 'key' } });
  if (ENTERS.has(operation) && key === undefined) return; // it would make the room that does not exist
  expect(plain(body)).toBe(plain(await intrude(operation, given, ABSENT, key, way)));
}

describe.for(['no key', 'a wrong key', 'an old key', 'an old key of moderators'])('with %s', (which) => {
  it.for(Object.keys(OPERATIONS) as OperationName[])(
    '%s answers as for a room that does not exist',
    async (operation) => {
      const tried = variants(operation);
      for (const given of tried) await expectNothing(operation, given, 'api-post', keys[which]);
      await expectNothing(operation, tried.at(-1) ?? {}, 'jsonp', keys[which]);
    },
  );
});

describe('without the key', () => {
  it('a join tells nobody whether a name is taken there', async () => {
    const join = async (name: string) => (await call(url, 'join', { room: LOCKED, name, key: 'guess' })).body;
    expect(await join(bert.user.name)).toEqual(await join('nobody there has it'));
  });

  it('polls and streams bring nothing', async () => {
    expect(STREAM.parameters.map(({ name }) => name)).toEqual(['token', 'cursor']); // nothing that names a room
    const outside = await ask<Joined>(url, 'join', { room: 'outside' });
    await ask(url, 'send', { token: anna.token, room: LOCKED, text: `${SECRET} late` });
    const own = await ask<{ id: string }>(url, 'send', { token: outside.token, room: 'outside', text: 'ours' });
    let heard = '';
    const stop = new AbortController();
    const stream = await fetch(`${url}/api/stream?token=${outside.token}&cursor=${outside.cursor}`, {
      signal: stop.signal,
    });
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    while (!heard.includes(own.id)) heard += (await reader?.read())?.value ?? '';
    stop.abort();
    expect(heard).not.toContain(SECRET);
    expect(heard).not.toContain(LOCKED);
    const { events } = await ask<{ events: object[] }>(url, 'poll', {
      token: outside.token,
      cursor: outside.cursor,
      timeout: 1,
    });
    expect(JSON.stringify(events)).not.toContain(LOCKED);
  });

  const pages = readdirSync(`${root}/apps/web/pages/html`).map((file) => `/${file.replace(/\.html$/, '')}`);
  const withRoom = ['/r/ROOM', '/embed/ROOM', '/r/ROOM?key=guess', '/?room=ROOM', '/docs?room=ROOM'];
  const hosts = ['/health', '/ready', '/metrics', '/admin', '/admin/figures', '/admin/queues', '/robots.txt'];
  it.for(['/', ...pages, ...withRoom, ...hosts])('the page %s is as for a room that does not exist', async (page) => {
    const get = async (room: string) => {
      const asBrowser = { headers: { accept: 'text/html' } };
      const answer = await fetch(`${url}${page.replace('ROOM', room)}`, asBrowser);
      return { status: answer.status, text: (await answer.text()).replaceAll(room, 'ROOM') };
    };
    const shown = await get(LOCKED);
    expect(shown).toEqual(await get(ABSENT));
    expect(shown.text).not.toContain(SECRET);
    expect(shown.text).not.toContain(LOCKED);
  });

  it('no log, figure or key of Redis has a key', async ({ redis }) => {
    const password = Buffer.from('host:long enough to be one').toString('base64');
    const metrics = await fetch(`${url}/metrics`, { headers: { authorization: `Basic ${password}` } });
    const figures = await metrics.text();
    const dump = await Promise.all((await redis.keys('*')).map((name) => redis.dumpBuffer(name).then(String)));
    const logs = system.apis.map((api) => api.output()).join('\n');
    for (const key of [valid, keys['an old key']])
      for (const text of [figures, logs, ...dump]) expect(text.includes(String(key))).toBe(false);
  });
});

describe("a member's key", () => {
  it('opens the room, and nothing that takes a role', async () => {
    const { token, room } = await ask<Joined>(url, 'join', { room: LOCKED, name: 'Carl', key: valid });
    expect(room.history.map(({ text }) => text)).toContain(`${SECRET} text`);
    await until(
      async () => (await ask<{ members: object[] }>(url, 'members', { token })).members.length === 3,
      'all three',
    );
    for (const operation of Object.keys(OPERATIONS) as OperationName[]) {
      const text = JSON.stringify(
        await Promise.all(
          variants(operation).map(async (given) => {
            const { token: own } = await ask<Joined>(url, 'join', {
              room: LOCKED,
              name: `pupil ${made++}`,
              key: valid,
            });
            const { body } = await call(url, operation, { ...given, ...('token' in given && { token: own }) });
            return body;
          }),
        ),
      );
      for (const hidden of [valid, `${SECRET}word`, 'member":"']) expect(text, operation).not.toContain(hidden);
    }
    const { keys: still } = await ask<{ keys: object }>(url, 'audit', { token: anna.token, room: LOCKED });
    expect(Object.keys(still)).toEqual(['member', 'moderator']);
    await ask(url, 'join', { room: LOCKED, name: 'Dora', key: valid });
  });
});

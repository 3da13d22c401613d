/** Every limit at its edge: what is just allowed works, one beyond is refused, and the message says what is allowed. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../shared/config/config.js';
import { BODY_BYTES } from '../../shared/protocol/limits.js';
import { Keys } from '../../shared/store/keys.js';
import { call, type Failure, fetchText, type Parameters, type Way } from '../support/client.js';
import { startSystem, type TestSystem } from '../support/processes.js';
import { openRedis } from '../support/redis.js';
import { refusal } from '../support/refusal.js';
import { until } from '../support/until.js';
import { type Joined, TestUser } from '../support/user.js';

let system: TestSystem;
let url: string;
let user: TestUser;

beforeAll(async () => {
  system = await startSystem({ env: { RATE_LIMITS: 'off' } });
  url = system.urls[0] ?? '';
  user = await TestUser.join(url, { room: 'limits' });
});
afterAll(() => system.stop());

const nested = (depth: number): unknown => (depth === 0 ? 0 : [nested(depth - 1)]);
const jsonOf = (bytes: number): string => 'x'.repeat(bytes - 2);
const EMOJI = '😀';

interface Limit {
  operation: string;
  field: string;
  allowed: unknown[];
  refused: unknown[];
  says: string;
  also?: Parameters;
}

const ROOM = 'room must have 1 to 64 characters of A-Z a-z 0-9 . _ -';
const NAME =
  'name must have 1 to 32 characters, at least one of them visible. ' +
  'Control characters, direction characters and piles of combining marks are not allowed.';
const DATA =
  'data must be JSON of at most 4096 bytes with < and > escaped, nested at most 32 deep, without a key __proto__.';
const TEXT = 'text must have 1 to 2000 characters, at least one of them visible.';
const KEY =
  'key must have 1 to 60 characters of A-Z a-z 0-9 . _ - / @. ' +
  'It may begin with @me/ for a value of your own, but not with any other @.';
const LIMITS: Limit[] = [
  {
    operation: 'rename',
    field: 'name',
    says: NAME,
    allowed: [
      'x',
      'x'.repeat(32),
      EMOJI.repeat(32),
      `  ${'y'.repeat(32)}\t`,
      `${'a '.repeat(16)}${' '.repeat(400)}`,
      'e\u0301'.repeat(32),
      'x\u0323\u0331\u0308\u0301',
      'ที่'.repeat(8),
      'လျှော့',
      'ཧཱུྃ',
      'หนู่ที่',
      'ក្រុំ',
      'क्ष्म्यों',
      'שָׁלוֹם',
      '👨‍👩‍👧',
      'می‌خواهم',
      '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    ],
    refused: [
      '',
      ' ',
      '\u00a0\u3000',
      `${'x'.repeat(32)}${' '.repeat(500)}`,
      'x'.repeat(33),
      EMOJI.repeat(33),
      'a\u0000b',
      'a\nb',
      'a\u007fb',
      'a\u0085b',
      'a\u2028b',
      'a\u202eb',
      'a\u2066b',
      '\u200fa',
      `x${'\u0335'.repeat(5)}`,
      `ก${'\u0e47'.repeat(5)}`,
      `က${'\u102d'.repeat(9)}`,
      '\u0301',
      '\u2800\u200b',
      '\u3164',
      `ok${'\u0489\u0316\u0334\u0321\u0346'.repeat(3)}`,
    ],
  },
  {
    operation: 'enter',
    field: 'room',
    says: ROOM,
    allowed: ['r', 'R-2._', 'x'.repeat(64)],
    refused: ['', 'x'.repeat(65), 'a b', 'a/b', 'é', 'a:b', '1:2', 'a\n'],
  },
  {
    operation: 'send',
    field: 'text',
    says: TEXT,
    also: { room: 'limits' },
    allowed: [
      'x',
      ' \u200b.',
      '❤️',
      '👨‍👩‍👧',
      '\u0301',
      '🏴\u{e0067}\u{e0062}\u{e007f}',
      'x'.repeat(2_000),
      EMOJI.repeat(2_000),
      '<'.repeat(1_365),
    ],
    refused: [
      '',
      ' ',
      '\n\t\u3000',
      '\u200b\u2060\ufeff',
      '\u3164\u115f',
      '\u2800',
      '\u202e\u0000',
      '\u{e0041}',
      'x'.repeat(2_001),
      EMOJI.repeat(2_001),
    ],
  },
  {
    operation: 'send',
    field: 'text',
    says: 'text is too large: at most 8192 bytes as JSON, with < and > escaped.',
    also: { room: 'limits' },
    allowed: [],
    refused: ['<'.repeat(1_366), '\u0001'.repeat(2_000)],
  },
  {
    operation: 'set',
    field: 'key',
    says: KEY,
    also: { room: 'limits', value: 1 },
    allowed: ['k', 'A-Z._9/@', 'x'.repeat(60), '@me/x', 'constructor'],
    refused: ['', 'a b', '@x', '@12/x', '@me/@me/x', 'x'.repeat(61), 'é', '__proto__', 'a\n'],
  },
  {
    operation: 'set',
    field: 'value',
    says: 'value is too large: at most 4096 bytes of JSON, with < and > escaped.',
    also: { room: 'limits', key: 'large' },
    allowed: [jsonOf(4_096)],
    refused: [jsonOf(4_097), '<'.repeat(683)],
  },
  {
    operation: 'set',
    field: 'if',
    says: 'if must be the version of a value, such as 1700000000000-0, or 0 for a key without a value.',
    also: { room: 'limits', key: 'none', value: null },
    allowed: [0, '0'],
    refused: ['', '1', 1, 'x', '1-x'],
  },
  {
    operation: 'get',
    field: 'after',
    says: 'after must be the value of more that get returned.',
    also: { room: 'limits' },
    allowed: ['0', '18446744073709551615'],
    refused: ['', 'x', '-1', '18446744073709551616'],
  },
  {
    operation: 'history',
    field: 'types',
    says: 'types must be some of message, joined, left, renamed, removed, cleared, rules, moderator, offered, owned, held, muted, as a JSON array or separated by commas.',
    also: { room: 'limits' },
    allowed: ['message', 'message,left', ['message', 'left']],
    refused: ['', 'value', 'message,', ['x']],
  },
  {
    operation: 'send',
    field: 'data',
    says: DATA,
    also: { room: 'limits' },
    allowed: [jsonOf(4_096), EMOJI.repeat(1_023), nested(32), null],
    refused: [jsonOf(4_097), EMOJI.repeat(1_024), nested(33), '\u0000'.repeat(700), '<'.repeat(683)],
  },
  {
    operation: 'signal',
    field: 'data',
    says: DATA,
    also: { room: 'limits' },
    allowed: [jsonOf(4_096)],
    refused: [jsonOf(4_097)],
  },
  {
    operation: 'send',
    field: 'id',
    says: 'id must have 1 to 64 characters of A-Z a-z 0-9 . _ -',
    also: { room: 'limits', text: 'x' },
    allowed: ['n', 'n'.repeat(64), 'A-Z._9'],
    refused: ['', 'n'.repeat(65), 'a b', 'a:b', 'é'],
  },
  {
    operation: 'sent',
    field: 'id',
    says: 'id must have 1 to 64 characters of A-Z a-z 0-9 . _ -',
    also: { room: 'limits' },
    allowed: ['n', 'n'.repeat(64)],
    refused: ['', 'n'.repeat(65)],
  },
  {
    operation: 'enter',
    field: 'history',
    says: 'history must be a whole number from 0 to 50.',
    also: { room: 'limits' },
    allowed: [0, '0', 50],
    refused: [51, -1, 0.5, 'x', ''],
  },
  {
    operation: 'send',
    field: 'to',
    says: 'to must be a whole number from 1 to 9007199254740991.',
    also: { text: 'x' },
    allowed: [],
    refused: [0, -1, 1.5, 2 ** 53, '01x', '1e1', ' 1', ''],
  },
  {
    operation: 'poll',
    field: 'timeout',
    says: 'timeout must be a whole number from 0 to 55.',
    allowed: [0, '0', 55],
    refused: [56, -1, 0.5, '1.0', '1e1', 'x', ''],
  },
  {
    operation: 'history',
    field: 'limit',
    says: 'limit must be a whole number from 1 to 100.',
    also: { room: 'limits' },
    allowed: [1, 100, '100'],
    refused: [0, 101, -1, 1.5, 'x', '+1'],
  },
  {
    operation: 'history',
    field: 'before',
    says: 'before must be the id of an event, such as 1700000000000-0.',
    also: { room: 'limits' },
    allowed: ['0-0', '1700000000000-0', '999999999999999-999999999999999'],
    refused: ['', '1', '1-', '-1', '1-1-1', '+', '-', '1-x', '9'.repeat(16)],
  },
  {
    operation: 'poll',
    field: 'cursor',
    says: 'cursor must be the cursor that join or the last poll returned.',
    also: { timeout: 0 },
    allowed: ['abc.0.0-0'],
    refused: ['', 'x', '1-1', 'abc.-1.0-0', 'abc.1.0', 'ABC.0.0-0', `${'a'.repeat(17)}.0.0-0`],
  },
];

describe.each(LIMITS)('$field of $operation', ({ operation, field, allowed, refused, says, also = {} }) => {
  const ask = (way: Way, value: unknown) =>
    call(url, operation, { token: user.token, ...also, [field]: value }, { way });

  it.each<Way>(['api-post', 'jsonp'])('by %s is taken at its limit', async (way) => {
    for (const value of allowed) {
      if (operation === 'poll') await user.send({ text: 'so that the poll need not wait', room: 'limits' });
      const { body } = await ask(way, value);
      expect(body, JSON.stringify(value)?.slice(0, 50)).toMatchObject({ ok: true });
    }
  });

  it.each<Way>(['api-post', 'jsonp'])('by %s is refused beyond, saying what is allowed', async (way) => {
    for (const value of refused) {
      const { body } = await ask(way, value);
      expect(body, JSON.stringify(value)?.slice(0, 50)).toEqual({
        ok: false,
        error: { code: 'bad_request', status: 400, field, message: says },
      });
    }
  });
});

describe('a body', () => {
  const post = async (body: string) => {
    const { status, text } = await fetchText('POST', `${url}/api/rooms`, undefined, body);
    return { status, error: (JSON.parse(text) as { error?: Failure }).error };
  };

  it(`may have ${BODY_BYTES} bytes and not one more`, async () => {
    expect((await post('{}'.padEnd(BODY_BYTES))).status).toBe(200);
    expect(await post('{}'.padEnd(BODY_BYTES + 1))).toMatchObject({
      status: 413,
      error: { code: 'too_large', message: `The body must have at most ${BODY_BYTES} bytes.` },
    });
  });

  it('has room for the largest text and data, even escaped character by character', async () => {
    const escaped = (text: string): string =>
      [...text].flatMap((one) => one.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16)}`)).join('');
    const body = `{"token":"${user.token}","room":"limits","text":"${escaped(EMOJI.repeat(2_000))}","data":"${escaped(EMOJI.repeat(1_023))}"}`;
    const { status } = await fetchText('POST', `${url}/api/send`, undefined, body);
    expect(status).toBe(200);
  });

  it('or a URL of JSONP, percent-encoded, likewise', async () => {
    expect(
      (
        await call(
          url,
          'send',
          { token: user.token, room: 'limits', text: EMOJI.repeat(2_000), data: EMOJI.repeat(1_023) },
          { way: 'jsonp' },
        )
      ).body.ok,
    ).toBe(true);
  });
});

describe('what one answer holds', () => {
  it('is 100 events of a poll; the rest comes with the next', async () => {
    const reader = await TestUser.join(url, { room: 'busy' });
    for (let i = 0; i < 110; i += 1) await reader.send(`${i}`);
    const redis = openRedis(system.redis.url);
    const inbox = new Keys(readConfig({ REDIS_URL: system.redis.url }).shards).inbox(reader.id);
    await until(async () => (await redis.llen(inbox)) === 111, 'all is in the inbox');
    redis.disconnect();
    const first = await reader.poll(0, { cursor: reader.joined.cursor });
    expect(first.events).toHaveLength(100);
    expect((await reader.poll(0, { cursor: first.cursor })).events).toHaveLength(11);
  });

  it('is 50 messages of history for who joins or enters, and up to 50 comings and goings among them', async () => {
    const writer = await TestUser.join(url, { room: 'past' });
    for (let i = 0; i < 60; i += 1) await writer.send(`${i}`);
    for (let i = 0; i < 60; i += 1) await (await TestUser.join(url, { room: 'past' })).ask('leave', {});
    const counts = ({ room: { history } }: Joined) =>
      ['message', 'joined', 'left'].map((one) => history.filter(({ type }) => type === one).length);
    expect(counts((await TestUser.join(url, { room: 'past' })).joined)).toEqual([50, 25, 25]);
    const entered = await user.ask<Joined>('enter', { room: 'past' });
    expect(counts(entered)).toEqual([50, 26, 24]);
    expect(entered.room.history.at(-1)).toMatchObject({ type: 'joined', from: { id: user.id } });
  });

  it('is 1,000 members, and `more` with their `count` when there are more', async () => {
    const member = await TestUser.join(url, { room: 'crowd' });
    const redis = openRedis(system.redis.url);
    const crowd = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => [String(1_000_000 + from + i), `m${from + i}`]).flat();
    await redis.hset(new Keys(readConfig({ REDIS_URL: system.redis.url }).shards).roster('crowd'), ...crowd(0, 999));
    expect(await member.ask('members')).toEqual({ ok: true, members: expect.objectContaining({ length: 1_000 }) });
    await redis.hset(
      new Keys(readConfig({ REDIS_URL: system.redis.url }).shards).roster('crowd'),
      ...crowd(999, 1_000),
    );
    expect(await member.ask('members')).toEqual({
      ok: true,
      members: expect.objectContaining({ length: 1_000 }),
      more: true,
      count: 1_001,
    });
    const { room } = await member.ask<Joined>('enter', { room: 'crowd' });
    expect(room).toMatchObject({ members: expect.objectContaining({ length: 1_000 }), more: true, count: 1_001 });
    redis.disconnect();
  });

  it('is 100 rooms', async () => {
    await Promise.all(Array.from({ length: 101 }, (_, i) => TestUser.join(url, { room: `many-${i}` })));
    const { rooms } = await call<{ rooms: object[] }>(url, 'rooms').then(({ body }) =>
      body.ok ? body : expect.fail(),
    );
    expect(rooms).toHaveLength(100);
  });
});

it('a user is in 200 rooms at most, and may enter another after leaving one', async () => {
  const traveller = await TestUser.join(url, { room: 'at-0' });
  for (let i = 1; i < 200; i += 1) await traveller.ask('enter', { room: `at-${i}` });
  const { code, field, message } = await refusal(traveller.ask('enter', { room: 'at-200' }));
  expect({ code, field, message }).toEqual({
    code: 'bad_request',
    field: 'room',
    message: 'A user can be in 200 rooms at most: exit one first.',
  });
  await traveller.ask('enter', { room: 'at-199' }); // it is there already
  await traveller.ask('exit', { room: 'at-0' });
  await traveller.ask('enter', { room: 'at-200' });
});

it('20 messages of a user may come at once, not 40', async () => {
  const strict = await startSystem({ workers: 0 });
  const sender = await TestUser.join(strict.urls);
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      sender.send(`${i}`).then(
        () => true,
        () => false,
      ),
    ),
  );
  await strict.stop();
  expect(outcomes.filter(Boolean).length).toBeGreaterThanOrEqual(20);
  expect(outcomes.filter(Boolean).length).toBeLessThan(40);
});

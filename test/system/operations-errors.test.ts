/** Every error code, as a client meets it on both routes: status, what it says beside its code, and that it is said in time. */
import { describe, expect } from 'vitest';
import { ERRORS, type ErrorCode } from '../../shared/protocol/errors.js';
import { OPERATIONS } from '../../shared/protocol/operations.js';
import { call, type Failure, fetchText, type Parameters } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import type { TestApi, TestSystem } from '../support/processes.js';
import { refusal } from '../support/refusal.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

let choosy: TestApi | undefined;
const met = new Set<string>();
const it = systemWith({ apis: 2, env: { SEND_RATE: 1 } });
let system: TestSystem, url: string, user: TestUser;
it.beforeAll(async ({ system: started }) => {
  system = started;
  url = system.url;
  user = await TestUser.join(url, { name: 'andrew' });
});

/** Fails an operation on both routes: the same failure, in the HTTP status of `/api` only. Gives that of `/api`. */
async function failBoth(operation: string, parameters: Parameters, base = url): Promise<Failure> {
  const [jsonp, api] = [
    await call(base, operation, parameters, { way: 'jsonp' }),
    await call(base, operation, parameters),
  ];
  if (jsonp.body.ok || api.body.ok) return expect.fail(`${operation} succeeded`);
  const { code, status } = api.body.error;
  expect(jsonp.body.error.code).toBe(code);
  expect([jsonp.status, api.status]).toEqual([200, status]);
  expect(status).toBe(ERRORS[code].status);
  met.add(code);
  return api.body.error;
}

describe('the code', () => {
  it('callback_missing and callback_invalid: a JSONP request with no fit callback, as plain JSON', async () => {
    for (const [query, code] of [
      ['', 'callback_missing'],
      ['callback=a-b', 'callback_invalid'],
    ] as const) {
      const { status, text } = await fetchText('GET', `${url}/jsonp/rooms?${query}`);
      expect({ status, body: JSON.parse(text) }).toMatchObject({
        status: 400,
        body: { ok: false, error: { code, status: 400, field: 'callback' } },
      });
      met.add(code);
    }
  });

  it.each(['nothing', 'Join', 'join/', 'constructor', '__proto__', 'hasOwnProperty', ''])(
    'unknown_operation: no operation is called %j; the message lists them',
    async (name) => {
      const { code, message } = await failBoth(name, {});
      expect(code).toBe('unknown_operation');
      expect(message).toContain(Object.keys(OPERATIONS).join(', '));
    },
  );

  it('method_not_allowed: with the methods that would do', async () => {
    for (const [method, path, allow] of [
      ['GET', '/api/join', 'POST, OPTIONS'],
      ['POST', '/jsonp/rooms', 'GET'],
    ] as const) {
      const { status, text } = await fetchText(method, `${url}${path}`);
      expect({ status, body: JSON.parse(text) }).toMatchObject({
        status: 405,
        body: { error: { code: 'method_not_allowed', status: 405, field: 'method', allow } },
      });
    }
    met.add('method_not_allowed');
  });

  it('conflict: with the value that is there and its version', async () => {
    const room = 'turns';
    const [first, second] = [await TestUser.join(url, { room }), await TestUser.join(url, { room })];
    const { version } = await first.ask<{ version: string }>('set', { key: 'turn', value: { of: 'x' } });
    const there = { code: 'conflict', field: 'key', value: { of: 'x' }, version };
    expect(await failBoth('set', { token: first.token, key: 'turn', value: 1, if: '0' })).toMatchObject(there);
    expect(await failBoth('add', { token: second.token, key: 'turn' })).toMatchObject({
      ...there,
      code: 'bad_request',
    });
  });

  it('bad_request: names the field and what is allowed', async () => {
    const error = await failBoth('join', { room: 'a b' });
    expect(error).toEqual({
      code: 'bad_request',
      status: 400,
      field: 'room',
      message: 'room must have 1 to 64 characters of A-Z a-z 0-9 . _ -',
    });
  });

  it('bad_request: send without text and data, with room and to, to oneself', async () => {
    expect(await failBoth('send', { token: user.token })).toMatchObject({ code: 'bad_request', field: 'text' });
    expect(await failBoth('send', { token: user.token, text: 'x', room: 'lobby', to: 1 })).toMatchObject({
      code: 'bad_request',
      field: 'to',
    });
    expect(await failBoth('send', { token: user.token, text: 'x', to: user.id })).toMatchObject({
      code: 'bad_request',
      field: 'to',
    });
  });

  it('bad_request: room is needed by who is in two', async () => {
    const both = await TestUser.join(url, { room: 'one' });
    await both.ask('enter', { room: 'two' });
    for (const operation of ['members', 'history']) {
      expect(await failBoth(operation, { token: both.token })).toMatchObject({
        code: 'bad_request',
        field: 'room',
        message: 'You are in 2 rooms. Give room.',
      });
    }
  });

  it('name_taken: with a suggestion that is free', async () => {
    const { code, field, suggestion } = await failBoth('join', { name: 'andrew' });
    expect({ code, field, suggestion }).toEqual({ code: 'name_taken', field: 'name', suggestion: 'andrew2' });
    const second = await TestUser.join(url, { name: suggestion ?? '' });
    expect(second.name).toBe('andrew2');
    expect((await refusal(second.ask('rename', { name: 'andrew' }))).suggestion).toBe('andrew3');
  });

  it.each<[string, (token: string) => string]>([
    ['nobody ever had', () => '999999.AAAAAAAAAAAAAAAAAAAAAAAA'],
    ['is not formed as one', () => 'x'],
    ['is empty', () => ''],
    ['has another secret', (token) => `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`],
    ['has another user', (token) => `1${token}`],
    ['has something behind', (token) => `${token}\n`],
  ])('unauthorized: every operation refuses a token that %s', async (_, broken) => {
    const token = broken(user.token);
    const operations: [string, Parameters][] = [
      ['poll', { timeout: 0 }],
      ['send', { text: 'x' }],
      ['signal', { data: 1 }],
      ['enter', { room: 'r' }],
      ['exit', { room: 'r' }],
      ['block', { user: 1 }],
      ['unblock', { user: 1 }],
      ['rename', { name: 'r' }],
      ['leave', {}],
      ['members', {}],
      ['history', {}],
    ];
    for (const [operation, parameters] of operations) {
      expect(await failBoth(operation, { token, ...parameters }), operation).toEqual({
        code: 'unauthorized',
        status: 401,
        message: expect.stringContaining('Join again'),
      });
    }
  });

  it("not_in_room: in what is not one of the user's rooms", async () => {
    await TestUser.join(url, { room: 'elsewhere' });
    for (const [operation, parameters] of [
      ['send', { text: 'x' }],
      ['signal', { data: 1 }],
      ['members', {}],
      ['history', {}],
      ['exit', {}],
    ] as const) {
      expect(
        await failBoth(operation, { token: user.token, room: 'elsewhere', ...parameters }),
        operation,
      ).toMatchObject({ code: 'not_in_room', status: 403, field: 'room' });
    }
  });

  it('not_in_room: without a room, for who has left the only one', async () => {
    const roomless = await TestUser.join(url);
    await roomless.ask('exit', { room: 'lobby' });
    expect(await failBoth('send', { token: roomless.token, text: 'x' })).toMatchObject({
      code: 'not_in_room',
      message: expect.stringContaining('Enter one first'),
    });
  });

  it('no_such_user: a private message to who never was, or has left', async () => {
    const gone = await TestUser.join(url);
    await gone.ask('leave');
    const sender = await TestUser.join(url);
    for (const to of [gone.id, 999_999_999])
      expect(await failBoth('send', { token: sender.token, to, data: 'x' })).toMatchObject({
        code: 'no_such_user',
        status: 404,
        field: 'to',
      });
    await sender.ask('members'); // and it is in no room more for it: the lobby is still the only one
    expect((await refusal(sender.ask('history', { room: `${sender.id}:999999999` }))).code).toBe('not_in_room');
  });

  it.each<[string, Record<string, string>, boolean]>([
    ['another page, by fetch', { Origin: 'https://elsewhere.example' }, false],
    ['another page, by a script', { Referer: 'https://elsewhere.example/page' }, false],
    ['a page that keeps its address secret', { 'Sec-Fetch-Site': 'cross-site' }, false],
    ['a file', { Origin: 'null' }, false],
    ['a look-alike', { Origin: 'https://chat.example.evil.example' }, false],
    ['the page itself', { Origin: 'https://chat.example' }, true],
    ['the page itself, by a script', { Referer: 'https://chat.example/a/b?c' }, true],
    ['our own page', { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://127.0.0.1' }, true],
    ['a program', {}, true],
  ])('origin_refused: with ALLOWED_ORIGINS, for %s', async (_, headers, allowed) => {
    choosy ??= await system.addApi({ ALLOWED_ORIGINS: 'https://chat.example' });
    const ask = (path: string): Promise<Response> => fetch(`${choosy?.url}${path}`, { headers });
    const [api, jsonp] = await Promise.all([ask('/api/rooms'), ask('/jsonp/rooms?callback=f')]);
    expect([api.status, jsonp.status]).toEqual([allowed ? 200 : 403, 200]);
    const { error } = (await api.json()) as { error?: Failure };
    expect(error?.code).toBe(allowed ? undefined : 'origin_refused');
    expect(await jsonp.text()).toContain(allowed ? '"ok":true' : '"code":"origin_refused","status":403');
    if (!allowed) met.add('origin_refused');
  });

  it('not_owner and not_allowed: for who is not the owner of a room, and for who the owner does not let speak', async () => {
    const quick = (await system.addApi({ SEND_RATE: 100 })).url;
    const owner = await TestUser.join(quick, { room: 'owned' });
    const { owner: secret } = owner.joined as unknown as { owner: string };
    const other = await TestUser.join(quick, { room: 'owned' });
    expect(await failBoth('clear', { token: other.token, room: 'owned', owner: 'wrong' }, quick)).toMatchObject({
      code: 'not_owner',
      field: 'owner',
    });
    await owner.ask('rules', { room: 'owned', owner: secret, readonly: true });
    expect(await failBoth('send', { token: other.token, text: 'x' }, quick)).toMatchObject({
      code: 'not_allowed',
      field: 'room',
      reason: 'read_only',
    });
  });

  it('superseded: the older of two polls, at the same process and at another', async () => {
    for (const second of system.urls) {
      const held = await TestUser.join(url);
      const older = refusal(
        held.ask('poll', { timeout: 50, cursor: (await held.poll(20, { cursor: held.joined.cursor })).cursor }),
      );
      const newer = until(async () => {
        const { body } = await call(second, 'poll', { token: held.token, timeout: 0 });
        return body.ok && (await Promise.race([older, null]));
      }, 'the older poll is superseded');
      expect(await newer).toMatchObject({ code: 'superseded', status: 409 });
      met.add((await older).code);
    }
  });

  it('too_large: a body beyond what any operation can need', async () => {
    const { status, text } = await fetchText(
      'POST',
      `${url}/api/send`,
      undefined,
      JSON.stringify({ text: 'x'.repeat(50_000) }),
    );
    expect({ status, body: JSON.parse(text) }).toMatchObject({
      status: 413,
      body: { error: { code: 'too_large', status: 413, field: 'body', message: expect.stringContaining('bytes') } },
    });
    met.add('too_large');
  });

  it('rate_limited: what is beyond the rate, with the seconds after which it is taken', async () => {
    const sender = await TestUser.join(url);
    for (let sent = 0; sent < 4; sent += 1) await sender.send(`${sent}`); // SEND_RATE 1: four seconds' worth at once
    const { code, retryAfter = 0 } = await failBoth('send', { token: sender.token, text: 'one more' });
    expect(code).toBe('rate_limited');
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(1);
    await until(
      () =>
        sender.send('later').then(
          () => true,
          () => false,
        ),
      'the rate lets a message in again',
    );
  });

  it('unavailable: while Redis is away, with retryAfter, for every operation; and all is well when it is back', async () => {
    await system.redis.kill();
    await until(async () => !(await call(url, 'rooms')).body.ok, 'Redis is missed');
    for (const operation of ['rooms', 'join'])
      expect(await failBoth(operation, {})).toMatchObject({ code: 'unavailable', status: 503, retryAfter: 1 });
    for (const operation of ['poll', 'members', 'history', 'leave'])
      expect(await failBoth(operation, { token: user.token })).toMatchObject({
        code: 'unavailable',
        retryAfter: expect.any(Number),
      });
    await system.redis.restart();
    await until(async () => (await call(url, 'members', { token: user.token })).body.ok, 'the API is well again');
  });
});

it('every code of the table has been met', () => {
  expect((Object.keys(ERRORS) as ErrorCode[]).filter((code) => !met.has(code))).toEqual([]);
});

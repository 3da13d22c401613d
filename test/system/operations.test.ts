/** Every operation on every way it can be called, and what the ways have of their own: CORS, Bearer, plain text. */
import { describe, expect } from 'vitest';
import { OPERATIONS, type OperationName } from '../../shared/protocol/operations.js';
import { call, type Way } from '../support/client.js';
import { systemTest } from '../support/fixtures/system.js';
import { type Joined, TestUser } from '../support/user.js';

const WAYS: Way[] = ['jsonp', 'api-post', 'api-get'];
const names = Object.keys(OPERATIONS) as OperationName[];
const canBe = (operation: string, way: Way): boolean =>
  way !== 'api-get' || OPERATIONS[operation as OperationName].reads;

const it = systemTest;
let url: string;
it.beforeAll(({ url: first }) => {
  url = first;
});

/** Calls an operation that must succeed: HTTP 200 and `ok`. */
async function good<Fields>(way: Way, operation: string, parameters: object = {}): Promise<Fields> {
  const { status, body } = await call<Fields>(
    url,
    operation,
    { ...parameters },
    { way: canBe(operation, way) ? way : 'api-post' },
  );
  expect({ status, body }, operation).toMatchObject({ status: 200, body: { ok: true } });
  return body as Fields;
}

describe.each(WAYS)('by %s', (way) => {
  const room = `room.${way}`;
  const tell = <Fields>(operation: string, parameters: object = {}) => good<Fields>(way, operation, parameters);

  it('join makes a user in a room and gives all that a page needs', async () => {
    const { user, token, cursor, pollTimeout, room: joined } = await tell<Joined>('join', { name: `Zoë ${way}`, room });
    expect(user).toEqual({ id: expect.any(Number), name: `Zoë ${way}` });
    expect(token).toMatch(new RegExp(`^${user.id}\\.[\\w-]{24}$`));
    expect(cursor).toEqual(expect.any(String));
    expect(pollTimeout).toBe(25);
    expect(joined).toEqual({
      name: room,
      at: expect.any(Number),
      members: [user],
      role: 'owner',
      moderators: [user.id],
      owners: [user.id],
      history: [{ id: expect.any(String), at: expect.any(Number), type: 'joined', room, from: user }],
      values: { values: {}, version: '0-0' },
    });
  });

  it('join without anything gives a guest in the lobby', async () => {
    const { user, room: joined } = await tell<Joined>('join');
    expect(user.name).toMatch(/^guest-\d{5}$/);
    expect(joined.name).toBe('lobby');
    expect(joined.members).toContainEqual(user);
  });

  it('send and poll bring a message with text and data to everybody, the sender too', async () => {
    const [a, b] = [await tell<Joined>('join', { room }), await tell<Joined>('join', { room })];
    const data = { list: [1, null, { deep: 'ü' }], no: false };
    const sent = await tell<{ id: string; at: number }>('send', { token: a.token, text: 'hi', data, room });
    expect(sent).toEqual({
      ok: true,
      id: expect.stringMatching(new RegExp(`^${sent.at}-\\d+$`)),
      at: expect.any(Number),
    });
    for (const { token, cursor } of [a, b]) {
      const message = { id: sent.id, at: sent.at, type: 'message', room, from: a.user, text: 'hi', data };
      expect(await pollFor(tell, token, cursor, 'message')).toEqual(message);
    }
  });

  it('send takes text alone, and data alone, whatever JSON it is', async () => {
    const { token } = await tell<Joined>('join', { room: `${room}.alone` });
    await tell('send', { token, text: 'only text' });
    for (const data of [0, '', null, false, [], {}]) await tell('send', { token, data });
    const { events } = await tell<{ events: object[] }>('history', { token });
    expect(events.slice(1).map((event) => ('text' in event ? event.text : (event as { data: unknown }).data))).toEqual([
      'only text',
      0,
      '',
      null,
      false,
      [],
      {},
    ]);
    for (const event of events.slice(2)) expect(event).not.toHaveProperty('text');
  });

  it('enter, members, rooms, history and exit show and leave a second room', async () => {
    const { user, token } = await tell<Joined>('join', { room });
    const second = `${room}.second`;
    const { room: entered } = await tell<Joined>('enter', { token, room: second });
    expect(entered).toMatchObject({ name: second, members: [user], history: [{ type: 'joined', from: user }] });
    expect(await tell('members', { token, room: second })).toEqual({ ok: true, members: [user] });
    expect((await tell<{ rooms: object[] }>('rooms')).rooms).toContainEqual({ name: second, members: 1 });
    expect(await tell('history', { token, room: second })).toEqual({ ok: true, events: entered.history, more: false });
    expect(await tell('exit', { token, room: second })).toEqual({ ok: true });
    expect((await tell<{ rooms: { name: string }[] }>('rooms')).rooms.map(({ name }) => name)).not.toContain(second);
    expect((await tell<{ members: object[] }>('members', { token })).members).toContainEqual(user); // the only room again
  });

  it('export gives what import takes, in the same bytes', async () => {
    const [old, fresh] = [`${room}.old`, `${room}.fresh`];
    const [a, b] = [await tell<Joined>('join', { room: old }), await tell<Joined>('join', { room: fresh })];
    await tell('send', { token: a.token, text: 'hi \u2028 </script>', data: { 1: null } });
    await tell('set', { token: a.token, key: 'k', value: ['<'] });
    await tell('rules', { token: a.token, room: old, links: false, values: 'own' });
    const { data } = await tell<{ data: object }>('export', { token: a.token, room: old });
    expect(data).toMatchObject({ version: 1, rules: { links: false, values: 'own' }, values: { k: ['<'] } });
    expect(await tell('import', { token: b.token, room: fresh, data, id: 'n' })).toEqual({ ok: true });
    expect(await tell('import', { token: b.token, room: fresh, data, id: 'n' })).toEqual({ ok: true, duplicate: true });
    const exportText = async (token: string, from: string) =>
      (await fetch(`${url}/api/export?${new URLSearchParams({ token, room: from })}`)).text();
    expect(await exportText(b.token, fresh)).toBe(await exportText(a.token, old));
  });

  it('block refuses a private message, and unblock takes it', async () => {
    const [a, b] = [await tell<Joined>('join', { room }), await tell<Joined>('join', { room })];
    expect(await tell('block', { token: a.token, user: b.user.id })).toEqual({ ok: true, blocked: [b.user.id] });
    const by = canBe('send', way) ? way : 'api-post';
    const { body } = await call(url, 'send', { token: b.token, to: a.user.id, text: 'x' }, { way: by });
    expect(body).toMatchObject({
      ok: false,
      error: { code: 'not_allowed', status: 403, reason: 'blocked', field: 'to' },
    });
    expect(await tell('unblock', { token: a.token, user: b.user.id })).toEqual({ ok: true, blocked: [] });
    await tell('send', { token: b.token, to: a.user.id, text: 'x' });
  });

  it('rename and signal answer, and leave makes the token worthless', async () => {
    const { user, token } = await tell<Joined>('join');
    const name = `new ${way}`;
    expect(await tell('rename', { token, name })).toEqual({ ok: true, user: { id: user.id, name } });
    expect(await tell('signal', { token, data: { typing: true } })).toEqual({ ok: true });
    expect(await tell('leave', { token })).toEqual({ ok: true });
    expect((await call(url, 'members', { token }, { way })).body).toMatchObject({
      ok: false,
      error: { code: 'unauthorized' },
    });
  });
});

/** Polls until an event of a type comes. */
async function pollFor(
  tell: <F>(operation: string, parameters: object) => Promise<F>,
  token: string,
  first: string,
  type: string,
): Promise<object> {
  for (let cursor = first; ; ) {
    const polled = await tell<{ cursor: string; events: { type: string }[] }>('poll', { token, cursor, timeout: 20 });
    const found = polled.events.find((event) => event.type === type);
    if (found) return found;
    cursor = polled.cursor;
  }
}

describe('GET /api', () => {
  it.each(names.filter((name) => !OPERATIONS[name].reads))('%s is refused, as it changes something', async (name) => {
    const response = await fetch(`${url}/api/${name}`);
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 405,
      body: { error: { code: 'method_not_allowed', field: 'method', message: `${name} changes something. Use POST.` } },
    });
    expect(response.headers.get('allow')).toBe('POST, OPTIONS');
  });
});

describe('a wrong method', () => {
  it.each(['HEAD', 'PUT', 'PATCH', 'DELETE'])('%s gets 405, with those that are right', async (method) => {
    const asked = [
      ['/api/rooms', 'GET, POST, OPTIONS'],
      ['/api/send', 'POST, OPTIONS'],
      ['/jsonp/rooms?callback=f', 'GET'],
      ['/jsonp/poll?callback=f', 'GET'],
    ] as const;
    for (const [path, allow] of asked) {
      const { status, headers } = await fetch(`${url}${path}`, { method });
      expect([path, status, headers.get('allow')]).toEqual([path, 405, allow]);
    }
  });

  it.each(['POST', 'PUT', 'OPTIONS', 'DELETE'])(
    '%s gets 405 for pages and files too, and 404 where there is nothing',
    async (method) => {
      const answers = await Promise.all(
        ['/', '/docs', '/embed/lobby', '/chat.js', '/nothing/here'].map((path) => fetch(`${url}${path}`, { method })),
      );
      expect(answers.map(({ status, headers }) => [status, headers.get('allow')])).toEqual([
        ...Array<unknown>(4).fill([405, 'GET, HEAD']),
        [404, null],
      ]);
    },
  );
});

describe('POST /api', () => {
  const post = (operation: string, init: RequestInit, query = '') =>
    fetch(`${url}/api/${operation}${query}`, { method: 'POST', ...init });

  it.each([
    'text/plain',
    'application/json',
    'application/json; charset=utf-8',
    'application/x-www-form-urlencoded',
    '',
  ])('takes JSON as %j, so that a page can do without a preflight', async (type) => {
    const response = await post('join', {
      body: JSON.stringify({ room: 'plain' }),
      headers: type === '' ? {} : { 'Content-Type': type },
    });
    expect(await response.json()).toMatchObject({ ok: true, room: { name: 'plain' } });
  });

  it('takes no body at all for an operation that needs none', async () => {
    expect(await (await post('rooms', {})).json()).toMatchObject({ ok: true });
  });

  it('wants parameters in the body, not in the query', async () => {
    expect(await (await post('join', {}, '?name=x')).json()).toMatchObject({
      error: { code: 'bad_request', field: 'query' },
    });
  });
});

describe('the token as Authorization: Bearer', () => {
  const ask = async (headers: Record<string, string>, parameters: object = {}, method = 'POST') => {
    const body = method === 'POST' ? { body: JSON.stringify(parameters) } : {};
    const response = await fetch(`${url}/api/members`, { method, headers, ...body });
    return (await response.json()) as object;
  };

  it('is as good as in the parameters, for POST and for GET', async () => {
    const user = await TestUser.join(url, { room: 'bearer' });
    for (const method of ['POST', 'GET']) {
      for (const scheme of ['Bearer', 'bearer']) {
        expect(await ask({ Authorization: `${scheme} ${user.token}` }, {}, method)).toEqual({
          ok: true,
          members: [user.joined.user],
        });
      }
    }
  });

  it('is refused when it is wrong, no Bearer, or given twice', async () => {
    const { token } = await TestUser.join(url);
    expect(await ask({ Authorization: 'Bearer 1.wrong' })).toMatchObject({ error: { code: 'unauthorized' } });
    for (const bad of ['Basic YTpi', 'Bearer', `Bearer ${token} ${token}`, token]) {
      expect(await ask({ Authorization: bad }), bad).toMatchObject({
        error: { code: 'bad_request', field: 'authorization' },
      });
    }
    expect(await ask({ Authorization: `Bearer ${token}` }, { token })).toMatchObject({
      error: { code: 'bad_request', field: 'token' },
    });
  });
});

describe('a page of any origin', () => {
  it('may read every answer, good or not, but never with credentials', async () => {
    for (const [path, init] of [
      ['rooms', {}],
      ['join', { method: 'POST', body: '{' }],
      ['nothing', {}],
    ] as const) {
      const { headers } = await fetch(`${url}/api/${path}`, { ...init, headers: { Origin: 'https://fiddle.example' } });
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    }
  });

  it.each(names)('may ask beforehand whether it may call %s', async (name) => {
    const headers = {
      Origin: 'null',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,content-type',
    };
    const response = await fetch(`${url}/api/${name}`, { method: 'OPTIONS', headers });
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-allow-headers': 'Content-Type, Authorization, Last-Event-ID',
      'access-control-max-age': '86400',
    });
  });
});

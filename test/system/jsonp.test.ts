/** JSONP as a page meets it: how it is framed, what callbacks are let in, and what cannot break out of the script. */
import { runInNewContext } from 'node:vm';
import { describe, expect } from 'vitest';
import { call, type Failure, fetchText } from '../support/client.js';
import { systemTest } from '../support/fixtures/system.js';
import { TestUser } from '../support/user.js';

const it = systemTest;
let url: string, user: TestUser;
it.beforeAll(async ({ url: first }) => {
  url = first;
  user = await TestUser.join(url, { name: 'andrew' });
});

/** The arguments that a page's callback may get here. */
interface Given {
  ok: boolean;
  error?: Failure;
  id?: string;
  user?: { name: string };
  events?: unknown[];
}

/** Runs an answer as a page would; gives what the callback `f` was called with. */
function runScript(script: string): Given {
  const given: string[] = [];
  runInNewContext(script, { f: (body: unknown) => given.push(JSON.stringify(body)) });
  expect(given).toHaveLength(1);
  return JSON.parse(given[0] ?? '') as Given;
}

const queryOf = (parameters: Record<string, string>): string => new URLSearchParams(parameters).toString();
const get = (operation: string, query: string) => fetchText('GET', `${url}/jsonp/${operation}?${query}`);
const withCallback = (callback: string) => get('rooms', `callback=${encodeURIComponent(callback)}`);

describe('an answer', () => {
  it('is a comment, the call and a semicolon, as a script of this very type', async () => {
    const response = await get('rooms', 'callback=f');
    expect(response.text).toBe('/**/f({"ok":true,"rooms":[{"name":"lobby","members":1}]});');
    expect(response.status).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'application/javascript; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'cross-origin',
      'content-length': '58',
    });
  });

  it.each(['f', '$', '_', 'jQuery36009_17', 'app.chat.receive', 'a[0]', 'a[0].b[123456789][1].$c', 'x'.repeat(128)])(
    'calls %s',
    async (callback) => {
      const response = await withCallback(callback);
      expect(response.status).toBe(200);
      expect(response.text.startsWith(`/**/${callback}({`)).toBe(true);
    },
  );

  it.each(['CWSMIKI0hCD0Up0IZUnnnnnnnnnnnnnnnnnnnUU5nnnnnn3Snn7iiudIbEAt', 'FWS', 'ZWS', 'GIF89a', 'PK', 'BM'])(
    'never begins with the bytes of another type of file (%s)',
    async (callback) => {
      expect((await withCallback(callback)).text.slice(0, 4)).toBe('/**/');
    },
  );

  it('comes however often a library adds _ against caches', async () => {
    for (const query of ['callback=f&_=1700000000000', '_=1&callback=f', 'callback=f&_=1&_=2&_']) {
      expect(runScript((await get('rooms', query)).text).ok, query).toBe(true);
    }
  });

  it('takes the callback in whatever way its name is encoded', async () => {
    expect((await get('rooms', '%63allback=f')).status).toBe(200);
    expect((await get('rooms', 'callback=a%2Eb')).text).toMatch(/^\/\*\*\/a\.b\(/);
  });
});

describe('a failure with a valid callback is HTTP 200 and calls it', () => {
  it.each<[string, string, string, object]>([
    ['an unknown operation', 'nothing', '', { code: 'unknown_operation', status: 404 }],
    ['no operation', '', '', { code: 'unknown_operation', status: 404 }],
    ['a bad parameter', 'join', '&name=', { code: 'bad_request', status: 400, field: 'name' }],
    ['an unknown parameter', 'rooms', '&x=1', { code: 'bad_request', status: 400, field: 'x' }],
    ['a missing parameter', 'poll', '', { code: 'bad_request', status: 400, field: 'token' }],
    ['a repeated parameter', 'join', '&name=a&name=b', { code: 'bad_request', status: 400, field: 'name' }],
    ['a query that is not well encoded', 'join', '&name=%ff', { code: 'bad_request', status: 400, field: 'query' }],
    ['data that is no JSON', 'signal', '&token=x&data={', { code: 'bad_request', status: 400, field: 'data' }],
    ['a wrong token', 'leave', '&token=1.x', { code: 'unauthorized', status: 401 }],
    [
      'a name that is taken',
      'join',
      '&name=ANDREW',
      { code: 'name_taken', status: 409, field: 'name', suggestion: 'ANDREW2' },
    ],
  ])('%s', async (_, operation, query, error) => {
    const response = await get(operation, `callback=f${query}`);
    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toBe('application/javascript; charset=utf-8');
    expect(runScript(response.text)).toMatchObject({ ok: false, error });
  });
});

const HOSTILE = [
  'alert(1)//',
  'f;alert(1)',
  'f(1);g',
  '(function(){})',
  '<script>alert(1)</script>',
  '</script>',
  'f\r\nSet-Cookie: a=b',
  'f\n',
  ' f',
  'f ',
  'a..b',
  '.a',
  'a.',
  'a.1',
  '1a',
  'a[',
  'a[]',
  'a]',
  'a[-1]',
  'a[1.5]',
  'a[0x1]',
  'a["b"]',
  "a['b']",
  'a[b]',
  'a[1234567890]',
  '[0]',
  'a-b',
  'a+b',
  'a=b',
  'a,b',
  'a/b',
  'a//',
  '/*a',
  '*/a',
  'a`b`',
  '"a"',
  '\\u0061',
  'a\\',
  'a\u0000',
  'a\u2028',
  'a\u2029b',
  'a\u200b',
  'ƒ',
  '日本',
  'a.é',
  'ａ',
  'a[٣]',
  '😀',
  '\u202ea',
  'x'.repeat(129),
  'a.'.repeat(10_000),
  'a[0]'.repeat(5_000),
];

describe('a callback that is refused is HTTP 400 and plain JSON:', () => {
  function expectRefusal(response: Awaited<ReturnType<typeof get>>, code: string): void {
    expect(response.status).toBe(400);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.headers['x-content-type-options']).toBe('nosniff');
    const body = JSON.parse(response.text) as Given;
    expect(body).toMatchObject({ ok: false, error: { code, status: 400, field: 'callback' } });
    expect(body.error?.message).toMatch(
      /more than once|dotted name such as app\.chat\[0\]\.receive, of at most 128 characters/,
    );
  }

  it.each(HOSTILE.map((callback) => [JSON.stringify(callback).slice(0, 40), callback]))('%s', async (_, callback) => {
    expectRefusal(await withCallback(callback), 'callback_invalid');
  });

  it.each([
    'callback=f&callback=g',
    'callback=f&callback=f',
    'callback=&callback=f',
    'callback=f&%63allback=g',
    'callback=%ff',
    'callback=f&callback=%ff',
  ])('%s', async (query) => {
    expectRefusal(await get('rooms', query), query.startsWith('callback=&') ? 'callback_missing' : 'callback_invalid');
  });

  it.each(['', 'callback', 'callback=', 'Callback=f', 'cb=f', 'callback[]=f'])('none (%s)', async (query) => {
    expectRefusal(await get('rooms', query), 'callback_missing');
  });

  it('nothing has been done then', async () => {
    await get('join', 'callback=f;g&name=ghost&room=haunted');
    expect((await call(url, 'rooms')).body).toEqual({ ok: true, rooms: [{ name: 'lobby', members: 1 }] });
  });
});

it('only GET is JSONP', async () => {
  for (const method of ['POST', 'PUT', 'DELETE'])
    expect((await fetchText(method, `${url}/jsonp/rooms?callback=f`)).status).toBe(405);
});

describe('what users write', () => {
  const TEXTS = [
    '</script><script>alert(1)</script>',
    '<!--',
    ']]>',
    'a\u2028b\u2029c',
    '"\\\'`$\u007b1}',
    'é e\u0301 ﷽',
    '😀👩‍👩‍👧‍👦',
    '\u0000\u0007\ufeff\uffff',
    '*/ f({}) /*',
    '%3Cb%3E+&=',
  ];

  it.each(TEXTS)('comes back intact, and as nothing but a string: %j', async (text) => {
    const sent = runScript(
      (await get('send', `callback=f&${queryOf({ token: user.token, text, data: JSON.stringify({ [text]: text }) })}`))
        .text,
    );
    const script = (await get('history', `callback=f&${queryOf({ token: user.token, limit: '1' })}`)).text;
    expect(script).not.toMatch(/[<>\u2028\u2029]/);
    expect(runScript(script).events).toEqual([expect.objectContaining({ id: sent.id, text, data: { [text]: text } })]);
  });

  it('a nickname cannot close the script either', async () => {
    const script = (await get('join', `callback=f&${queryOf({ name: '</script><b>', room: 'x' })}`)).text;
    expect(script).not.toMatch(/[<>]/);
    expect(runScript(script).user?.name).toBe('</script><b>');
  });

  it('nor can what is repeated in an error', async () => {
    const script = (await get('join', 'callback=f&%3C/script%3E%E2%80%A8=1')).text;
    expect(script).not.toMatch(/[<>\u2028]/);
    expect(runScript(script).error?.field).toBe('</script>\u2028');
  });
});

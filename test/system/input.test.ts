/**
 * Input is taken strictly: what is not known, not well-formed or given twice is refused by name, and nothing is
 * guessed.
 */
import { describe, expect } from 'vitest';
import { OPERATIONS, type OperationName, type ParameterKind } from '../../shared/protocol/operations.js';
import { call, type Failure, fetchText, type Parameters, type Way } from '../support/client.js';
import { systemTest } from '../support/fixtures/system.js';
import { TestUser } from '../support/user.js';

/** A value for each kind that does not take any text. */
const FITTING: Partial<Record<ParameterKind, unknown>> = {
  emoji: '👍',
  cursor: 'abc.0.0-0',
  data: 1,
  contents: { version: 1 },
  value: 1,
  event: '1-1',
  member: 1,
  anyMember: 1,
  banSeconds: 1,
  seconds: 1,
};

const it = systemTest;
let url: string, user: TestUser;
it.beforeAll(async ({ url: first }) => {
  url = first;
  user = await TestUser.join(url, { room: 'strict' });
});

async function failure(operation: string, parameters: Parameters, way: Way = 'api-post'): Promise<Failure> {
  const { body } = await call(url, operation, parameters, { way });
  return body.ok ? expect.fail(`${operation} ${JSON.stringify(parameters)} was taken`) : body.error;
}

/** The failure of a raw query, in which the same name can stand twice. */
async function queryFailure(path: string): Promise<Failure | undefined> {
  const { text } = await fetchText('GET', `${url}${path}`);
  return (JSON.parse(/^(?:\/\*\*\/f\()?(.*?)(?:\);)?$/s.exec(text)?.[1] ?? '') as { error?: Failure }).error;
}

async function bodyFailure(body: BodyInit): Promise<Failure | undefined> {
  const response = await fetch(`${url}/api/join`, { method: 'POST', body });
  return ((await response.json()) as { error?: Failure }).error;
}

describe('a parameter that an operation does not take', () => {
  it.each(Object.keys(OPERATIONS) as OperationName[])('is refused by %s, which says what it takes', async (name) => {
    const given = Object.fromEntries(
      OPERATIONS[name].parameters.filter(({ required }) => required).map((one) => [one.name, FITTING[one.kind] ?? 'x']),
    );
    const takes = OPERATIONS[name].parameters.map((one) => one.name).join(', ') || 'none';
    for (const way of ['api-post', 'jsonp'] as const) {
      expect(await failure(name, { ...given, colour: 'red' }, way)).toMatchObject({
        code: 'bad_request',
        field: 'colour',
        message: `${name} takes no colour. It takes: ${takes}.`,
      });
    }
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'Name', 'name ', 'callback', '_', ''])(
    'is refused if it is called %j',
    async (name) => {
      expect(await bodyFailure(JSON.stringify(Object.fromEntries([[name, 'x']])))).toMatchObject({
        code: 'bad_request',
        field: name,
      });
      expect(await queryFailure(`/api/rooms?${encodeURIComponent(name)}=x`)).toMatchObject({
        code: 'bad_request',
        field: name,
      });
    },
  );

  it('is repeated no longer than it need be', async () => {
    expect((await bodyFailure(`{"${'x'.repeat(1_000)}":1}`))?.field).toBe('x'.repeat(64));
    expect(
      (await queryFailure(`/api/rooms?${'y'.repeat(1_000)}=1&${'y'.repeat(1_000)}=2`))?.message.length,
    ).toBeLessThan(200);
  });
});

describe('a parameter that is missing', () => {
  it.each(Object.keys(OPERATIONS) as OperationName[])('is named by %s', async (name) => {
    for (const missing of OPERATIONS[name].parameters.filter(({ required }) => required)) {
      const others = OPERATIONS[name].parameters.filter((one) => one.required && one.name !== missing.name);
      const given = Object.fromEntries(others.map((one) => [one.name, FITTING[one.kind] ?? 'x']));
      expect(await failure(name, given), missing.name).toMatchObject({
        code: 'bad_request',
        field: missing.name,
        message: expect.stringContaining(`${missing.name} is missing`),
      });
    }
  });
});

describe('a parameter given twice in a query', () => {
  it.each(['name=a&name=b', 'name=a&name=a', 'name=a&n%61me=b', 'name&name', 'room=a&name=b&room=c'])(
    'is refused by name: %s',
    async (query) => {
      const field = query.startsWith('room') ? 'room' : 'name';
      expect(await queryFailure(`/jsonp/join?callback=f&${query}`)).toMatchObject({
        code: 'bad_request',
        field,
        message: `${field} was given more than once.`,
      });
    },
  );

  it('is refused on GET /api too, data as well', async () => {
    expect(await queryFailure('/api/history?token=a&token=b')).toMatchObject({ field: 'token' });
    expect(await queryFailure('/jsonp/send?callback=f&data=1&data=2')).toMatchObject({ field: 'data' });
  });
});

describe('a query that is not percent-encoded UTF-8', () => {
  it.each([
    'name=%',
    'name=%4',
    'name=%zz',
    'name=%ff',
    'name=%C3',
    'name=%ED%A0%80',
    'na%ffme=a',
    'name=%C0%AF',
    'name=%F5%80%80%80',
  ])('is refused: %s', async (query) => {
    expect(await queryFailure(`/jsonp/join?callback=f&${query}`)).toMatchObject({
      code: 'bad_request',
      field: 'query',
    });
    expect(await queryFailure(`/api/rooms?${query}`)).toMatchObject({ code: 'bad_request', field: 'query' });
  });
});

describe('a value of the wrong type', () => {
  it.each<[OperationName, string, unknown[]]>([
    ['join', 'name', [5, true, null, [], {}, ['x'], { length: 1 }]],
    ['join', 'room', [5, true, null, ['lobby'], {}]],
    ['poll', 'token', [5, null, [], {}]],
    ['poll', 'cursor', [0, null, {}, []]],
    ['poll', 'timeout', [null, true, [], {}, [5]]],
    ['send', 'text', [5, null, true, ['x'], {}]],
    ['send', 'to', [null, true, [], {}, [1]]],
    ['send', 'id', [5, null, {}, ['x']]],
    ['history', 'before', [5, null, {}]],
    ['history', 'limit', [null, true, [5], {}]],
  ])('%s refuses it for %s', async (operation, field, values) => {
    const token = operation === 'join' ? {} : { token: user.token };
    for (const value of values) {
      expect(await failure(operation, { ...token, [field]: value }), JSON.stringify(value)).toMatchObject({
        code: 'bad_request',
        field,
        message: expect.stringMatching(new RegExp(`^${field} must `)),
      });
    }
  });
});

describe('text that is no Unicode (lone surrogates)', () => {
  it.each(['\ud800', 'a\udfffb', '\udc00\ud800'])('%j is refused as name and as text', async (text) => {
    expect(await failure('join', { name: text })).toMatchObject({ code: 'bad_request', field: 'name' });
    expect(await failure('send', { token: user.token, text })).toMatchObject({ code: 'bad_request', field: 'text' });
    expect(await failure('join', { room: text })).toMatchObject({ code: 'bad_request', field: 'room' });
  });

  it('within data, which is JSON, comes back as it was', async () => {
    const data = { '\ud800': ['\udfff', '😀'] };
    const { id } = await user.send({ data });
    const { events } = await user.ask<{ events: object[] }>('history', { limit: 1 });
    expect(events).toEqual([expect.objectContaining({ id, data })]);
  });
});

describe('data', () => {
  it.each(['{', 'x', '', 'undefined', "{'a':1}", 'NaN', '[1,]'])('of a query must be JSON text: %j', async (data) => {
    expect(
      await queryFailure(`/jsonp/send?callback=f&token=${user.token}&data=${encodeURIComponent(data)}`),
    ).toMatchObject({ code: 'bad_request', field: 'data', message: expect.stringMatching(/^data must be JSON/) });
  });

  it.each(['{"__proto__":{"a":1}}', '[{"b":{"__proto__":null}}]'])(
    'with a key __proto__ is refused, as a page would get something else by JSONP: %s',
    async (data) => {
      expect(
        await queryFailure(`/jsonp/send?callback=f&token=${user.token}&data=${encodeURIComponent(data)}`),
      ).toMatchObject({ code: 'bad_request', field: 'data' });
      expect(await failure('send', { token: user.token, data: JSON.parse(data) as unknown })).toMatchObject({
        code: 'bad_request',
        field: 'data',
      });
    },
  );

  it("may have keys like any other object's", async () => {
    const data = { constructor: 1, toString: null, hasOwnProperty: [], prototype: {}, length: -1, '': 0 };
    await user.send({ data });
    expect((await user.ask<{ events: object[] }>('history', { limit: 1 })).events).toEqual([
      expect.objectContaining({ data }),
    ]);
  });
});

describe('a query', () => {
  it.each(['&', '&&_=1&', '&_=1&&'])('may have empty pairs, as pages leave them: callback=f%s', async (rest) => {
    expect(await queryFailure(`/jsonp/rooms?${rest}callback=f${rest}`)).toBeUndefined();
    expect(await queryFailure(`/jsonp/members?callback=f${'&'.repeat(50)}token=${user.token}${rest}`)).toBeUndefined();
    expect(await queryFailure(`/jsonp/poll?callback=f&token=${user.token}&timeout=0&`)).toBeUndefined();
    expect(await queryFailure(`/api/members?&token=${user.token}&&`)).toBeUndefined();
  });

  it('of a POST may have nothing but empty pairs', async () => {
    for (const [query, field] of [
      ['?', undefined],
      ['?&', undefined],
      ['?name=x', 'query'],
    ] as const) {
      const response = await fetch(`${url}/api/rooms${query}`, { method: 'POST' });
      expect(((await response.json()) as { error?: Failure }).error?.field, query).toBe(field);
    }
  });

  it('of nothing but separators, as long as a URL can be, is refused like any other, and holds nobody up', async () => {
    for (const filler of ['&', '&_=', '&a=1']) {
      const query = `callback=f${filler.repeat(Math.floor(60_000 / filler.length))}`;
      expect(await queryFailure(`/jsonp/send?${query}`)).toMatchObject({ code: 'bad_request' });
    }
  });
});

/** Bodies are taken strictly: JSON or a form, well-formed, with each name once. */
import { describe, expect, vi } from 'vitest';
import { parseJson } from '../../apps/api/operations/parameters/json.js';
import type { Body, Failure } from '../support/client.js';
import { systemTest } from '../support/fixtures/system.js';
import { TestUser } from '../support/user.js';

const it = systemTest;
let url: string, user: TestUser;
it.beforeAll(async ({ url: first }) => {
  url = first;
  user = await TestUser.join(url, { room: 'strict' });
});

async function bodyFailure(body: BodyInit): Promise<Failure | undefined> {
  const response = await fetch(`${url}/api/join`, { method: 'POST', body });
  return ((await response.json()) as { error?: Failure }).error;
}

describe('a body', () => {
  it.each([
    '{',
    '{}x',
    '[]',
    'null',
    '5',
    '"x"',
    'undefined',
    "{'name':'x'}",
    '{name:"x"}',
    '{"name":"x",}',
    '// a\n{}',
    'name=x',
    '\u0000',
    '{"name":"a\nb"}',
    '['.repeat(20_000),
  ])('that is no JSON object is refused: %.30s', async (body) => {
    expect(await bodyFailure(body)).toEqual({
      code: 'bad_request',
      status: 400,
      field: 'body',
      message: expect.stringContaining('{"room":"lobby"}'),
    });
  });

  it('of another kind is refused with an example of what is taken', async () => {
    const parts = new FormData();
    parts.set('name', 'x');
    for (const body of [parts, 'name=x', '<name>x</name>']) {
      expect(await bodyFailure(body)).toMatchObject({
        field: 'body',
        message: expect.stringMatching(/\{"room":"lobby"\}.* room=lobby/),
      });
    }
  });

  it('that is nested deeper than any parameter may be is refused before it is parsed, which would take long; brackets in texts do not count', async () => {
    const deep = `{"token":"x","data":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    const parse = vi.spyOn(JSON, 'parse');
    expect(() => parseJson(deep, 'body', 'allowed')).toThrow('allowed');
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
    expect(await bodyFailure(deep)).toMatchObject({ code: 'bad_request', field: 'body' });
    for (const text of ['['.repeat(1_999), '"['.repeat(900), `${'\\'.repeat(900)}[`])
      expect(parseJson(JSON.stringify({ text }), 'body', '')).toEqual({ text });
  });

  it('that is not UTF-8 is refused', async () => {
    const bytes = [
      [0xff, 0xfe, 0x7b, 0, 0x7d, 0],
      [...Buffer.from('{"name":"'), 0xc3, 0x28, ...Buffer.from('"}')],
      [0x1f, 0x8b, 8, 0],
    ];
    for (const one of bytes)
      expect(await bodyFailure(Uint8Array.from(one))).toMatchObject({
        code: 'bad_request',
        field: 'body',
        message: 'The body must be UTF-8.',
      });
  });
});

describe('a form', () => {
  const post = async (
    operation: string,
    body: string | URLSearchParams,
    type = 'application/x-www-form-urlencoded',
  ): Promise<Body<Record<string, unknown>>> => {
    const response = await fetch(`${url}/api/${operation}`, {
      method: 'POST',
      body,
      headers: { 'Content-Type': type },
    });
    return (await response.json()) as Body<Record<string, unknown>>;
  };

  it.each([
    ['curl -d', 'name=Carl+von+Ohm&room=form', 'application/x-www-form-urlencoded'],
    ['$.post', 'name=J%C3%B6rg%20%26%20Co&room=form', 'application/x-www-form-urlencoded; charset=UTF-8'],
    ['an HTML form', '&name=Html&room=form&', 'APPLICATION/X-WWW-FORM-URLENCODED'],
  ])('is taken as %s sends it', async (_, body, type) => {
    const name = new URLSearchParams(body).get('name');
    expect(await post('join', body, type)).toMatchObject({ ok: true, user: { name }, room: { name: 'form' } });
  });

  it('has numbers and flags as text, and data as JSON, as a query has', async () => {
    const data = { a: [1, '&=+%'] };
    const { token } = user;
    expect(
      await post('send', new URLSearchParams({ token, text: '1 + 1 = 2 & so on', data: JSON.stringify(data) })),
    ).toMatchObject({ ok: true });
    expect(await post('history', new URLSearchParams({ token, limit: '1' }))).toMatchObject({
      events: [{ text: '1 + 1 = 2 & so on', data }],
    });
    expect(await post('leave', new URLSearchParams({ token, after: '55', forget: 'perhaps' }))).toMatchObject({
      error: { field: 'forget' },
    });
  });

  it('is taken as strictly as a query', async () => {
    expect(await post('join', 'name=a&name=b')).toMatchObject({ error: { code: 'bad_request', field: 'name' } });
    expect(await post('join', 'name=%ff')).toMatchObject({ error: { code: 'bad_request', field: 'body' } });
    expect(await post('join', 'colour=red')).toMatchObject({ error: { code: 'bad_request', field: 'colour' } });
    expect(await post('send', new URLSearchParams({ token: user.token, data: '{' }))).toMatchObject({
      error: { code: 'bad_request', field: 'data' },
    });
    expect(await post('send', `text=${'x'.repeat(41_000)}`)).toMatchObject({ error: { code: 'too_large' } });
  });

  it('that is JSON all the same, as curl -d sends it without a type, is JSON', async () => {
    expect(await post('join', ' {"room":"form"}')).toMatchObject({ ok: true, room: { name: 'form' } });
    expect(await post('join', '')).toMatchObject({ ok: true, room: { name: 'lobby' } });
  });
});

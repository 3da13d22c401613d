/** Every room is an address: programs listen and post at `/r/<room>`, and webhooks write by `/h/<secret>`. */
import { describe, expect } from 'vitest';
import type { ChatEvent } from '../../shared/protocol/events.js';
import type { Failure } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import { type Listener, Listeners } from '../support/listener.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const it = systemWith({ env: { ADDRESS_FAILURES: 30 } });
let url: string;
it.beforeAll(({ url: here }) => {
  url = here;
});

interface Posted {
  status: number;
  body: { ok: boolean; id?: string; from?: { id: number; name: string }; error?: Failure };
}

const FORM = 'application/x-www-form-urlencoded'; // as `curl -d` says of every text

async function post(path: string, body: string | Uint8Array<ArrayBuffer>, type = FORM, more = {}): Promise<Posted> {
  const headers = { 'content-type': type, ...more };
  const response = await fetch(url + path, { method: 'POST', body, headers });
  return { status: response.status, body: (await response.json()) as Posted['body'] };
}

const listeners = new Listeners();
it.afterEach(() => listeners.closeAll());
const answered = (listener: Listener) => until(() => listener.ended, 'the answer');

describe('a browser', () => {
  it.each([
    ['that asks for HTML', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }],
    ['by its name', { accept: '*/*', 'user-agent': 'Mozilla/5.0 (X11; Linux)' }],
    ['that shows a preview', { accept: '*/*', 'user-agent': 'facebookexternalhit/1.1' }],
    ['by what it fetches', { accept: '*/*', 'sec-fetch-mode': 'no-cors' }],
  ])('%s gets the page', async (_what, headers: Record<string, string>) => {
    const page = listeners.listen(`${url}/r/lobby`, headers);
    await answered(page);
    expect([page.status, page.headers['content-type'], page.headers.vary]).toEqual([
      200,
      'text/html; charset=utf-8',
      'Accept-Encoding, Accept, User-Agent, Sec-Fetch-Mode',
    ]);
  });

  it('may ask before another page posts, and HEAD joins nothing', async () => {
    const head = await fetch(`${url}/r/lobby`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const preflight = await fetch(`${url}/r/lobby`, { method: 'OPTIONS' });
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([
      204,
      'GET, POST, OPTIONS',
    ]);
    for (const method of ['PUT', 'DELETE']) {
      const wrong = await fetch(`${url}/r/lobby`, { method });
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS']);
    }
  });
});

describe('posting', () => {
  it('takes the text as curl sends it', async () => {
    const anna = await TestUser.join(url, { room: 'texts', name: 'Anna' });
    const { status, body } = await post('/r/texts?name=build', 'done: 50% + a=b&c\n');
    expect([status, body]).toMatchObject([200, { ok: true, from: { name: 'build' } }]);
    await post('/r/texts', 'one\ntwo\n', 'text/plain');
    await post('/r/texts', 'text=a+form%21');
    await post('/r/texts', '{"text":"an object","name":"json"}');
    await post('/r/texts', '{"text":"typed"}', 'application/json');
    await post('/r/texts', '{no json');
    const events = (await anna.ask<{ events: ChatEvent[] }>('history', { room: 'texts', types: 'message' })).events;
    expect(events.map(({ text }) => text)).toEqual([
      'done: 50% + a=b&c',
      'one\ntwo',
      'a form!',
      'an object',
      'typed',
      '{no json',
    ]);
    expect(events[0]).toMatchObject({ id: body.id, from: { name: 'build' } });
    expect(events[3]?.from.name).toBe('json');
    const types = (await anna.ask<{ events: ChatEvent[] }>('history', { room: 'texts' })).events.map(
      ({ type }) => type,
    );
    expect(types).toEqual(['joined', ...events.map(() => 'message')]);
  });

  it.each([
    ['an empty text', '', FORM, 400, { code: 'bad_request', field: 'text' }],
    ['a text that is too long', 'x'.repeat(2_001), FORM, 400, { code: 'bad_request', field: 'text' }],
    ['a body that is too large', 'x'.repeat(50_000), FORM, 413, { code: 'too_large', field: 'body' }],
    ['what is not UTF-8', new Uint8Array([0xff, 0x41]), FORM, 400, { code: 'bad_request', field: 'body' }],
    ['a form with files', '--x', 'multipart/form-data; boundary=x', 400, { code: 'bad_request', field: 'body' }],
    ['a list', '[1]', 'application/json', 400, { code: 'bad_request', field: 'body' }],
    ['an unknown field', '{"text":"x","nick":"y"}', 'application/json', 400, { code: 'bad_request', field: 'nick' }],
  ])('refuses %s', async (_what, body, type, status, error) => {
    expect(await post('/r/lobby', body, type)).toMatchObject({ status, body: { ok: false, error } });
  });

  it('refuses a name that a member has, and offers another', async () => {
    await TestUser.join(url, { room: 'names', name: 'build' });
    const { status, body } = await post('/r/names?name=Build', 'x');
    expect([status, body.error]).toMatchObject([409, { code: 'name_taken', suggestion: 'Build2' }]);
  });

  it('has the rate of a user, for all posts of an address to a room', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => post(`/r/rate?name=n${i}`, `text ${i}`)));
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(5);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(20);
    for (const { body } of refused) expect(body.error).toMatchObject({ code: 'rate_limited', status: 429 });
    expect((await post('/r/other-room', 'x')).status).toBe(200);
  });
});

describe('a webhook', () => {
  const make = async (room: string, name = 'CI') => {
    const owner = await TestUser.join(url, { room });
    const { path } = await owner.ask<{ path: string }>('incoming', { room, name });
    return { owner, path };
  };

  it('takes what other programs send', async () => {
    const { owner, path } = await make('hooked');
    const bodies: [string, string?][] = [
      ['plain'],
      ['{"text":"Slack"}', 'application/json'],
      ['payload=%7B%22text%22%3A%22older+Slack%22%7D'],
      ['{"content":"Discord","username":"Eve"}', 'application/json'],
      ['{"action":"created","comment":{"id":1,"body":"GitHub"},"sender":{"login":"x"}}', 'application/json'],
      [JSON.stringify({ text: '<'.repeat(9_000) }), 'application/json; charset=utf-8'],
    ];
    for (const [body, type] of bodies) expect((await post(path, body, type)).status, body.slice(0, 80)).toBe(200);
    const { events } = await owner.ask<{ events: ChatEvent[] }>('history', { room: 'hooked', types: 'message' });
    expect(events.map(({ text }) => text?.slice(0, 20))).toEqual(
      ['plain', 'Slack', 'older Slack', 'Discord', 'GitHub'].concat('<'.repeat(20)),
    );
    expect(events.at(-1)?.text).toMatch(/<…$/);
    for (const { from } of events) expect(from).toMatchObject({ name: 'CI', bot: true });
    expect(await post(path, '{"zen":1}', 'application/json')).toMatchObject({ status: 400, body: { ok: false } });
    expect((await fetch(url + path)).status).toBe(405);
  });

  it('has a rate of its own', async () => {
    const { path } = await make('hook-rate');
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => post(path, `text ${i}`)));
    const accepted = answers.filter(({ status }) => status === 200).length;
    expect(accepted).toBeGreaterThanOrEqual(20);
    expect(accepted).toBeLessThan(30);
  });

  it('is not found by guessing, which soon has to wait; and goes on meanwhile', async () => {
    const { path } = await make('guessed');
    await post(path, 'first');
    const statuses = new Set<number>();
    await until(async () => {
      const { status, body } = await post(`/h/guessed.${String(Math.random()).padEnd(24, 'x')}`, 'x');
      statuses.add(status);
      return body.error?.code === 'rate_limited';
    }, 'to be refused');
    expect([...statuses].sort()).toEqual([401, 429]);
    expect((await post(path, 'second')).status).toBe(200);
  });
});

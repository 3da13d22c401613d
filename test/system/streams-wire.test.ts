/** Streams as a client has them: server-sent events over HTTP, whatever becomes of its connection or the process. */
import { describe, expect } from 'vitest';
import type { SignalEvent } from '../../shared/protocol/events.js';
import { call, fetchText } from '../support/client.js';
import { EventStream, EventStreams } from '../support/event-stream.js';
import { systemWith } from '../support/fixtures/system.js';
import type { TestSystem } from '../support/processes.js';
import { heldStreams, metricsOf, PASSWORD } from '../support/stream-metrics.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const it = systemWith({ apis: 2, env: { FRUITLESS_CALLS: 30, ADMIN_PASSWORD: PASSWORD } });
let system: TestSystem, here: string, there: string;
it.beforeAll(({ system: started }) => {
  system = started;
  [here = '', there = ''] = system.urls;
});

const streams = new EventStreams();
it.afterEach(() => streams.closeAll());

/** Two users who have seen each other come. */
async function pair(room: string): Promise<{ anna: TestUser; bert: TestUser }> {
  const [anna, bert] = [await TestUser.join(here, { room }), await TestUser.join(there, { room })];
  await until(async () => (await anna.poll(0, { cursor: anna.joined.cursor })).events.length === 2, 'both have joined');
  return { anna, bert };
}

describe('a stream', () => {
  it('says what it is, begins with something to read, and gives what a poll answers', async () => {
    const { anna, bert } = await pair('form');
    const opened = await streams.open(here, anna, anna.joined.cursor);
    expect(opened.status).toBe(200);
    expect(opened.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'access-control-allow-origin': '*',
      'cache-control': 'no-store, no-transform',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
      'x-accel-buffering': 'no',
    });
    for (const name of ['content-encoding', 'transfer-encoding', 'content-length'])
      expect(opened.headers).not.toHaveProperty(name);
    await until(() => opened.answers.length > 0, 'what was in the inbox');
    expect(opened.text).toMatch(/^: .*\nretry: \d+\n\nid: \S+\ndata: \{"ok":true,"cursor":"\S+","events":\[/);
    await bert.send('hello');
    await opened.hears('hello');
    const [event] = opened.answers.at(-1)?.events ?? [];
    const { events } = await bert.ask<{ events: object[] }>('history', { limit: 1 });
    expect(event).toEqual(events[0]);
  });

  it('takes the token from Authorization, and Last-Event-ID before a cursor', async () => {
    const { anna, bert } = await pair('resumed');
    await bert.send('one');
    const first = await streams.open(here, anna, anna.joined.cursor);
    await first.hears('one');
    first.close();
    await bert.send('two');
    const headers = { authorization: `Bearer ${anna.token}` };
    const second = new EventStream(there, { cursor: anna.joined.cursor }, { lastEventId: first.lastEventId, headers });
    await second.hears('two');
    expect(second.texts).toEqual(['two']);
    second.close();
  });

  it.each([
    ['unauthorized', 401, { token: '12.abcdefghijklmnopqrstuvwx' }],
    ['unauthorized', 401, { token: 'nonsense' }],
    ['bad_request', 400, {}],
    ['bad_request', 400, { token: '12.abcdefghijklmnopqrstuvwx', cursor: 'nonsense' }],
    ['bad_request', 400, { token: '12.abcdefghijklmnopqrstuvwx', timeout: '5' }],
  ])('that cannot be is refused: %s, as JSON or, if only a stream can be read, as one', async (code, status, query) => {
    const json = await new EventStream(here, query, { accept: '*/*' }).opened();
    await json.over();
    expect(json.status).toBe(status);
    expect(json.error).toMatchObject({ code, status });
    const read = await new EventStream(here, query).opened();
    await read.over();
    expect(read.status).toBe(200);
    expect(read.error).toEqual(json.error);
    expect(read.retry).toBeGreaterThan(3_600_000);
  });

  it('is only there by GET, and any page may ask for it', async () => {
    for (const [method, path] of [
      ['POST', '/api/stream'],
      ['GET', '/jsonp/stream?callback=f'],
    ] as const) {
      const { status, text } = await fetchText(method, here + path);
      expect([status, text]).toEqual(
        method === 'POST'
          ? [405, expect.stringContaining('"allow":"GET, OPTIONS"')]
          : [200, expect.stringContaining('unknown_operation')],
      );
    }
    const { status, headers } = await fetchText('OPTIONS', `${here}/api/stream`);
    expect([status, headers['access-control-allow-headers']]).toEqual([204, expect.stringContaining('Last-Event-ID')]);
  });

  it.each([0, 1])('ends with superseded when a newer one opens, at the same process or another: %i', async (other) => {
    const { anna, bert } = await pair(`newer-${other}`);
    const older = await streams.open(here, anna);
    const newer = await streams.open([here, there][other] ?? '', anna);
    await older.over();
    expect(older.error).toMatchObject({ code: 'superseded', status: 409 });
    expect(older.retry).toBeGreaterThan(3_600_000);
    await bert.send('to the newer');
    await newer.hears('to the newer');
  });

  it('ends with unauthorized when its user leaves', async () => {
    const { anna } = await pair('leaving');
    const opened = await streams.open(here, anna);
    await anna.ask('leave');
    await opened.over();
    expect(opened.error).toMatchObject({ code: 'unauthorized' });
  });

  it('brings signals', async () => {
    const { anna, bert } = await pair('signals');
    const opened = await streams.open(here, anna);
    const heard = (): SignalEvent[] =>
      opened.answers.flatMap(({ events }) => events).filter((event): event is SignalEvent => event.type === 'signal');
    await bert.ask('signal', { data: { x: 1 } });
    await until(() => heard().length === 1, 'the signal');
    expect(heard()).toMatchObject([{ room: 'signals', data: { x: 1 } }]);
  });

  it('is counted in the metrics, as long as it is held', async () => {
    const { anna } = await pair('metrics');
    const before = await heldStreams(here);
    const opened = await streams.open(here, anna);
    await until(async () => (await heldStreams(here)) > before, 'to be counted');
    expect(await metricsOf(here)).toMatch(/^chat_requests_total\{.*operation="stream",outcome="ok".*\} [1-9]/m);
    opened.close();
    await until(async () => (await heldStreams(here)) === before, 'to be counted no more');
  });
});

describe('an acknowledgement', () => {
  it.each(['api-post', 'jsonp'] as const)('by %s makes room, at any process', async (way) => {
    const { anna, bert } = await pair(`ack-${way}`);
    const opened = await streams.open(here, anna);
    for (const url of [here, there]) {
      await bert.send(url);
      await opened.hears(url);
      const { body } = await call(url, 'ack', { token: anna.token, cursor: opened.lastEventId }, { way });
      expect(body).toEqual({ ok: true });
    }
    opened.close();
    const again = await streams.open(there, anna, anna.joined.cursor);
    await bert.send('after');
    await again.hears('after');
    expect(again.texts).toEqual(['after']);
  });

  it('that says nothing new is a wasted call', async () => {
    const { anna } = await pair('idle');
    const opened = await streams.open(here, anna, anna.joined.cursor);
    await until(() => opened.lastEventId !== '', 'a cursor');
    const answers = [];
    for (let i = 0; i < 40; i += 1)
      answers.push((await call(here, 'ack', { token: anna.token, cursor: opened.lastEventId })).body);
    expect(answers.slice(0, 25).every(({ ok }) => ok)).toBe(true);
    expect(answers.at(-1)).toMatchObject({ error: { code: 'rate_limited' } });
  });

  it('needs a cursor, and a user', async () => {
    const { anna } = await pair('ack-errors');
    const { token } = anna;
    const cursor = 'abcdef0123.1.1-1';
    expect((await call(here, 'ack', { token })).body).toMatchObject({
      error: { code: 'bad_request', field: 'cursor' },
    });
    expect((await call(here, 'ack', { token, cursor: 'x' })).body).toMatchObject({ error: { field: 'cursor' } });
    await anna.ask('leave');
    expect((await call(here, 'ack', { token, cursor })).body).toMatchObject({ error: { code: 'unauthorized' } });
  });
});

describe('a process', () => {
  it('that ends takes its streams along in order: they are told when to come again, and lose nothing', async () => {
    const api = await system.addApi();
    const bert = await TestUser.join(there, { room: 'reload' });
    const users = await Promise.all(Array.from({ length: 5 }, () => TestUser.join(there, { room: 'reload' })));
    const opened = await Promise.all(users.map((user) => streams.open(api.url, user, user.joined.cursor)));
    await bert.send('before');
    for (const one of opened) await one.hears('before');
    expect(await api.stop()).toBe(0);
    system.apis.splice(system.apis.indexOf(api), 1);
    for (const one of opened) {
      await one.over();
      expect([one.error, one.retry]).toEqual([null, expect.any(Number)]);
      expect(one.retry).toBeLessThanOrEqual(500);
    }
    await bert.send('after');
    for (const [at, user] of users.entries()) {
      const again = await streams.open(there, user, user.joined.cursor, { lastEventId: opened[at]?.lastEventId });
      await again.hears('after');
      expect(again.texts).toEqual(['after']);
    }
  });

  it('that is killed breaks its streams, and they go on elsewhere', async () => {
    const api = await system.addApi();
    const { anna, bert } = await pair('killed');
    const broken = await streams.open(api.url, anna);
    await bert.send('before');
    await broken.hears('before');
    await api.kill();
    system.apis.splice(system.apis.indexOf(api), 1);
    await broken.over();
    await bert.send('after');
    const again = await streams.open(there, anna, undefined, { lastEventId: broken.lastEventId });
    await again.hears('after');
    expect(again.texts).toEqual(['after']);
  });
});

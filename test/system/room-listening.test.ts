/** Programs listen at the address of a room, `GET /r/<room>`: lines of JSON, or server-sent events. */
import { describe, expect } from 'vitest';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { call } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import { type Listener, Listeners } from '../support/listener.js';
import type { TestSystem } from '../support/processes.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const it = systemWith({});
let system: TestSystem, url: string;
it.beforeAll(({ system: started, url: here }) => {
  [system, url] = [started, here];
});

const listeners = new Listeners();
it.afterEach(() => listeners.closeAll());
const listen = (path: string, headers?: Record<string, string>) => listeners.listen(url + path, headers);
const answered = (listener: Listener) => until(() => listener.ended, 'the answer');
const post = (room: string, text: string) => call(url, 'post', { room, text });

describe('listening', () => {
  it('gives the last messages, and what comes, a line each', async () => {
    const anna = await TestUser.join(url, { room: 'lines', name: 'Anna' });
    for (let i = 0; i < 12; i += 1) await anna.send({ room: 'lines', text: `before ${i}` });
    const listener = listen('/r/lines');
    await listener.hears('before 11');
    const { id } = await anna.send({ room: 'lines', text: 'x\n"y' });
    await anna.ask('edit', { room: 'lines', id, text: 'z' });
    await anna.ask('unsay', { room: 'lines', id });
    await listener.hears('"removed"');
    expect([listener.status, listener.headers['content-type']]).toEqual([200, 'application/x-ndjson; charset=utf-8']);
    expect(listener.lines.map(({ type, text }) => text ?? type).slice(-4)).toEqual([
      'before 11',
      'x\n"y',
      'z',
      'removed',
    ]);
    expect(listener.texts.filter((text) => text?.startsWith('before'))).toHaveLength(10);
    expect(listener.lines.at(-3)).toMatchObject({ id, room: 'lines', from: { name: 'Anna' } });
  });

  it('is done by a member whom the others see, and who goes with the connection', async () => {
    const anna = await TestUser.join(url, { room: 'seen' });
    const names = async () =>
      (await anna.ask<{ members: { name: string }[] }>('members', { room: 'seen' })).members.map(({ name }) => name);
    const listener = listen('/r/seen?name=tail');
    await until(async () => (await names()).includes('tail'), 'the listener');
    listener.close();
    await until(async () => !(await names()).includes('tail'), 'it to go');
  });

  it('goes on after an event: `since`, or as EventSource asks for it', async () => {
    const anna = await TestUser.join(url, { room: 'since' });
    const ids: string[] = [];
    for (let i = 0; i < 15; i += 1) ids.push((await anna.send({ room: 'since', text: `m${i}` })).id);
    const listener = listen(`/r/since?since=${ids[2]}`);
    await listener.hears('m14');
    expect(listener.texts).toEqual(Array.from({ length: 12 }, (_, i) => `m${i + 3}`));
    const stream = listen('/r/since', { accept: 'text/event-stream', 'last-event-id': String(ids[12]) });
    await stream.hears('m14');
    expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const events = [...stream.text.matchAll(/^id: (\S+)\ndata: (.*)\n$/gm)].map(([, id, data = '']) => [
      id,
      (JSON.parse(data) as ChatEvent).text,
    ]);
    expect(events).toEqual([13, 14].map((i) => [ids[i], `m${i}`]));
    const refused = listen('/r/since?since=x');
    await answered(refused);
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([400, { error: { field: 'since' } }]);
  });

  it('needs the key, in the address or a header, and is refused with a status', async () => {
    const anna = await TestUser.join(url, { room: 'keyed' });
    const { member: key } = await anna.ask<{ member: string }>('keys', { room: 'keyed', member: 'renew' });
    await anna.send({ room: 'keyed', text: 'secret' });
    for (const path of ['/r/keyed', '/r/keyed?key=wrong', '/r/absent?key=wrong']) {
      const refused = listen(path);
      await answered(refused);
      expect([refused.status, JSON.parse(refused.text)], path).toMatchObject([403, { error: { reason: 'key' } }]);
    }
    const byKey = [listen(`/r/keyed?key=${key}`), listen('/r/keyed', { authorization: `Bearer ${key}` })];
    for (const listener of byKey) await listener.hears('secret');
  });

  it.each([
    ['/r/not%20one', 400, { code: 'bad_request', field: 'room' }],
    ['/r/lobby?nick=x', 400, { code: 'bad_request', field: 'nick' }],
    ['/r/lobby?name=host', 409, { code: 'name_taken' }],
    ['/r/lobby?room=other', 400, { code: 'bad_request', field: 'room' }],
  ])('%s says what is wrong', async (path, status, error) => {
    const refused = listen(path);
    await answered(refused);
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([status, { ok: false, error }]);
  });

  it('of a room that nobody owns does not take it from the first user to come', async () => {
    const listener = listen('/r/unowned');
    await post('unowned', 'hello');
    await listener.hears('hello');
    const anna = await TestUser.join(url, { room: 'unowned' });
    expect((anna.joined as { owner?: string }).owner).toEqual(expect.any(String));
  });

  it('gives no private message and no signal', async () => {
    const anna = await TestUser.join(url, { room: 'mixed' });
    const listener = listen('/r/mixed?name=tail');
    const tail = await until(async () => {
      const { members } = await anna.ask<{ members: { id: number; name: string }[] }>('members', { room: 'mixed' });
      return members.find(({ name }) => name === 'tail');
    }, 'the listener');
    await anna.send({ to: (tail as { id: number }).id, text: 'for you only' });
    await anna.ask('signal', { room: 'mixed', data: 1 });
    await anna.send({ room: 'mixed', text: 'for all' });
    await listener.hears('for all');
    expect(listener.texts).toEqual(['for all']);
  });
});

describe('a listener', () => {
  it('is told that the process ends, by a line, and leaves the room', async () => {
    const api = await system.addApi();
    const anna = await TestUser.join(url, { room: 'ending' });
    const [listener, stream] = [
      listeners.listen(`${api.url}/r/ending`),
      listeners.listen(`${api.url}/r/ending`, { accept: 'text/event-stream' }),
    ];
    await anna.send({ room: 'ending', text: 'here' });
    for (const one of [listener, stream]) await one.hears('here');
    await api.stop();
    for (const one of [listener, stream]) await answered(one);
    expect(listener.lines.at(-1)).toEqual({ type: 'end', retryAfter: expect.any(Number) as number });
    expect(stream.text).toMatch(/\nretry: \d+\n\n$/);
    const members = async () => (await anna.ask<{ members: object[] }>('members', { room: 'ending' })).members.length;
    await until(async () => (await members()) === 1, 'them to have left');
  });

  it('that is sent out gets an error as its last line', async () => {
    const anna = await TestUser.join(url, { room: 'sent-out' });
    const listener = listen('/r/sent-out?name=tail');
    const find = async () =>
      (await anna.ask<{ members: { id: number; name: string }[] }>('members', { room: 'sent-out' })).members.find(
        ({ name }) => name === 'tail',
      );
    const tail = await until(find, 'the listener');
    await until(() => listener.status === 200, 'the beginning');
    await anna.ask('kick', { room: 'sent-out', user: (tail as { id: number }).id });
    await answered(listener);
    expect(listener.lines.at(-1)).toMatchObject({ ok: false, error: { code: 'not_in_room', field: 'room' } });
    expect(await find()).toBeUndefined();
  });

  it('is one user over several connections if it says so, and comes and goes once', async () => {
    const anna = await TestUser.join(url, { room: 'again' });
    const path = `/r/again?name=tail&id=${'n'.repeat(22)}`;
    for (let i = 0; i < 3; i += 1) {
      await anna.send({ room: 'again', text: `text ${i}` });
      const listener = listen(path);
      await listener.hears(`text ${i}`);
      listener.close();
    }
    const { events } = await anna.ask<{ events: ChatEvent[] }>('history', { room: 'again', types: 'joined,left' });
    expect(events.map(({ type, from }) => `${from.name} ${type}`).slice(1)).toEqual(['tail joined']);
  });

  it('of a chat whose Redis is away gets a status, and may come again later', async () => {
    expect((await post('outage', 'before')).status).toBe(200);
    system.redis.pause();
    const late = listen('/r/outage');
    const [meanwhile] = await Promise.all([post('outage', 'meanwhile'), answered(late)]);
    expect([late.status, JSON.parse(late.text)]).toMatchObject([503, { error: { code: 'unavailable' } }]);
    expect(meanwhile.status).toBe(503);
    system.redis.resume();
    await until(async () => (await post('outage', 'after')).status === 200, 'Redis');
    const next = listen('/r/outage');
    await next.hears('after');
  });
});

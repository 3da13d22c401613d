/** What streams may cost: places of an address, calls that are wasted, and clients that read nothing. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect } from 'vitest';
import { compareIds } from '../../shared/protocol/events.js';
import { EventStreams } from '../support/event-stream.js';
import { systemWith } from '../support/fixtures/system.js';
import type { TestSystem } from '../support/processes.js';
import { heldStreams, PASSWORD } from '../support/stream-metrics.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const it = systemWith({ env: { ADDRESS_POLLS: 12, FRUITLESS_CALLS: 30, ADMIN_PASSWORD: PASSWORD } });
let system: TestSystem, here: string;
it.beforeAll(({ system: started, url }) => {
  [system, here] = [started, url];
});

const streams = new EventStreams();
it.afterEach(() => streams.closeAll());

describe('limits', () => {
  it('a stream has one of the places of its address, until it ends', async () => {
    const users = await Promise.all(Array.from({ length: 13 }, () => TestUser.join(here, { room: 'places' })));
    const opened = [];
    for (const user of users) opened.push(await streams.open(here, user));
    const refused = opened.filter(({ error }) => error);
    expect(refused.map(({ error }) => error)).toMatchObject([{ code: 'rate_limited', retryAfter: 5 }]);
    expect(refused[0]?.retry).toBeGreaterThanOrEqual(5_000);
    opened[0]?.close();
    const last = users.at(-1) ?? expect.fail();
    await until(async () => {
      const { error } = await streams.open(here, last);
      return error === null;
    }, 'a place');
  });

  it('streams that are opened and dropped again and again are wasted calls', async () => {
    const anna = await TestUser.join(here, { room: 'dropped' });
    await until(
      async () => {
        const dropped = await streams.open(here, anna);
        dropped.close();
        return dropped.error?.code === 'rate_limited';
      },
      'to be refused',
      30_000,
    );
  });
});

it('a stream is refused on a connection on which another request is open', async () => {
  const user = await TestUser.join(here, { room: 'pipeline' });
  const socket = connect(Number(new URL(here).port), '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (data: string) => (text += data));
  const { token, cursor } = user.joined;
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  socket.write(get(`/api/poll?token=${token}&cursor=${cursor}&timeout=1`) + get(`/api/stream?token=${token}`));
  await until(() => text.includes('"field":"connection"'), 'both answers');
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
  socket.destroy();
});

describe('a client that reads slowly', () => {
  it('gets what fits into its connection, in order, and is broken off when it reads nothing for long', async () => {
    const api = await system.addApi({ CLIENT_TIMEOUT: 2, SEND_RATE: 10_000, RATE_LIMITS: 'off' });
    const [anna, bert] = [
      await TestUser.join(api.url, { room: 'slow' }),
      await TestUser.join(api.url, { room: 'slow' }),
    ];
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    let text = '';
    let closed = false;
    socket.setEncoding('utf8').on('data', (data: string) => (text += data));
    socket.on('error', () => undefined).on('close', () => (closed = true));
    await once(socket, 'connect');
    socket.write(`GET /api/stream?token=${anna.token} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await until(() => text.includes(': '), 'the beginning');
    socket.pause();
    const large = '😀'.repeat(2_000);
    await until(async () => (await heldStreams(here)) === 1, 'the metrics to tell of this one alone');
    const brokenOff = async (): Promise<boolean> => {
      await Promise.all(Array.from({ length: 20 }, () => bert.send(large)));
      return (await heldStreams(here)) === 0;
    };
    await until(brokenOff, 'the connection to be full, and broken off', 40_000); // first it fills all buffers
    socket.resume();
    await until(() => closed, 'the end of the connection');
    const ids = [...text.matchAll(/\{"id":"(\d+-\d+)"/g)].map(([, id = '']) => id);
    expect(ids.length).toBeGreaterThan(100);
    expect(ids).toEqual(ids.toSorted(compareIds));
    const follower = anna.follow();
    await until(() => follower.missed > 0, 'to be told of what the inbox has lost');
    await follower.stop();
  });
});

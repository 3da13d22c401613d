/** The chat behind nginx and HAProxy, with the files of deploy/. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { POLL_TIMEOUT_MAX_S } from '../../shared/protocol/limits.js';
import type { RedisClient } from '../../shared/redis/client.js';
import { EventStreams } from '../support/event-stream.js';
import { systemWith } from '../support/fixtures/system.js';
import { startApi, type TestSystem } from '../support/processes.js';
import { deployed, isInstalled, PROXIES, type ProxyKind, ReverseProxy } from '../support/proxies.js';
import { freePort, masters } from '../support/redis.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

/** The longest there is: 12 characters of the URL for each. */
const LONGEST = '😀'.repeat(2_000);

/** Polls wait in the blocking way, so that Redis can tell how many there are. */
const it = systemWith({ apis: 0, env: { TRUST_PROXY: 1, LIVE: 'off' } });
let system: TestSystem, redis: RedisClient;
const streams = new EventStreams();
it.beforeAll(async ({ system: started, redis: client }) => {
  [system, redis] = [started, client];
  // ports of their own, to come back to
  for (let number = 0; number < 2; number += 1) await system.addApi({ PORT: await freePort() });
});

const hosts = (): string[] => system.urls.map((url) => new URL(url).host);
const heldAt = async (node: Redis): Promise<number> =>
  String(await node.call('CLIENT', 'LIST'))
    .split('\n')
    .filter((one) => / flags=b .* cmd=blpop /.test(one)).length;
const heldPolls = async (): Promise<number> =>
  (await Promise.all((await masters(redis)).map(heldAt))).reduce((sum, held) => sum + held);

/** A user alone in its room, who has seen everything in it: the next poll is held. */
async function quietUser(url: string, room: string): Promise<{ user: TestUser; cursor: string }> {
  const user = await TestUser.join(url, { way: 'jsonp', room });
  const follower = user.follow();
  await user.send('first');
  await until(() => follower.texts().length === 1, 'its own message');
  await follower.stop();
  await until(async () => (await heldPolls()) === 0, 'nobody waits');
  return { user, cursor: follower.cursor };
}

interface Asking {
  body?: object | null;
  localAddress?: string;
  headers?: Record<string, string>;
}

async function status(
  url: string,
  { body = null, localAddress = '127.0.0.1', headers = {} }: Asking = {},
): Promise<number> {
  const sent = request(url, { method: body ? 'POST' : 'GET', localAddress, headers, agent: false }).end(
    body ? JSON.stringify(body) : undefined,
  );
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

describe.each(PROXIES.filter(isInstalled))('behind %s', (kind: ProxyKind) => {
  let proxy: ReverseProxy;
  beforeAll(async () => {
    proxy = await ReverseProxy.start(kind, hosts());
  });
  afterAll(() => proxy.stop());

  it('two users talk by JSONP and by fetch, in the longest texts', async () => {
    const [one, two] = [
      await TestUser.join(proxy.url, { way: 'jsonp', room: kind }),
      await TestUser.join(proxy.url, { room: kind }),
    ];
    const [first, second] = [one.follow(), two.follow()];
    await one.send({ text: LONGEST, data: { more: 'é'.repeat(1_000) } });
    await two.send('hi');
    for (const follower of [first, second]) {
      await until(() => follower.texts().length === 2, 'both messages');
      expect(follower.texts()).toEqual([LONGEST, 'hi']);
      await follower.stop();
    }
  });

  it('a held poll outlives a reload of the proxy, and is answered the moment there is something', async () => {
    const { user, cursor } = await quietUser(proxy.url, `${kind}-held`);
    const poll = user.poll(30, { cursor });
    await until(async () => (await heldPolls()) === 1, 'the poll is held');
    proxy.reload();
    await until(() => proxy.hasReloaded(), 'the reload');
    await user.sendSurely('now');
    expect((await poll).events).toMatchObject([{ text: 'now' }]);
  });

  it('a stream comes through as it is written, and is not kept when its client goes away', async () => {
    const { user, cursor } = await quietUser(proxy.url, `${kind}-stream`);
    const stream = await streams.open(proxy.url, user, cursor);
    await until(async () => (await heldPolls()) === 1, 'the stream is held');
    expect(stream.text).toMatch(/^: /);
    for (const text of ['one', 'two']) {
      await user.sendSurely(text);
      await stream.hears(text);
    }
    expect(stream.headers).not.toHaveProperty('content-encoding');
    stream.close();
    await until(async () => (await heldPolls()) === 0, 'the place is free');
  });

  it('a client that goes away gives the place of its held poll back', async () => {
    const { user, cursor } = await quietUser(proxy.url, `${kind}-gone`);
    const going = new AbortController();
    const poll = user.poll(30, { cursor }, going.signal).catch(() => 'gone');
    await until(async () => (await heldPolls()) === 1, 'the poll is held');
    going.abort();
    expect(await poll).toBe('gone');
    await until(async () => (await heldPolls()) === 0, 'the place is free');
  });

  it('hosts are replaced one by one, and nothing accepted is lost', async () => {
    const users = await Promise.all([
      TestUser.join(proxy.url, { way: 'jsonp', room: `${kind}-roll` }),
      TestUser.join(proxy.url, { room: `${kind}-roll` }),
    ]);
    const followers = users.map((user) => user.follow());
    const sent: string[] = [];
    let rolling = true;
    const talk = async (user: TestUser): Promise<void> => {
      for (let number = 1; rolling; number += 1) {
        await user.sendSurely(`${user.name} ${number}`);
        sent.push(`${user.name} ${number}`);
      }
    };
    const talking = users.map(talk);
    for (const place of system.apis.keys()) await replaceHost(place, proxy);
    rolling = false;
    await Promise.all(talking);
    for (const follower of followers) {
      await until(() => follower.texts().length >= sent.length, 'all messages');
      await follower.stop();
      expect(follower.texts().toSorted()).toEqual(sent.toSorted());
    }
    expect(followers[0]?.texts()).toEqual(followers[1]?.texts());
  });

  it('its log has neither tokens nor texts nor addresses', async () => {
    const user = await TestUser.join(proxy.url, { way: 'jsonp', room: `${kind}-log` });
    await user.send('nothing-for-logs');
    const logged = await until(
      async () => /jsonp\/send[\s\S]*jsonp\/send/.test(await proxy.logged()) && proxy.logged(),
      'the log',
    );
    await fetch(`${proxy.url}/h/${kind}-log.a-secret`, { method: 'POST', body: 'text' });
    const called = await until(async () => /POST \/h\/ /.test(await proxy.logged()) && proxy.logged(), 'the webhook');
    expect(called).not.toContain('a-secret');
    for (const secret of [user.token, 'nothing-for-logs', 'token=']) expect(logged).not.toContain(secret);
  });
});

/**
 * Its process ends in order, and another one comes at the same place; done when the proxy has given it something to do.
 */
async function replaceHost(place: number, proxy: ReverseProxy): Promise<void> {
  const former = system.apis[place];
  if (!former) throw new Error(`there is no host ${place}`);
  expect(await former.stop('SIGINT')).toBe(0);
  system.apis[place] = await startApi({ ...system.env, PORT: new URL(former.url).port });
  const before = await proxy.answersOf(place);
  await until(async () => (await proxy.answersOf(place)) > before, 'the host is used again');
}

describe.each(PROXIES.filter(isInstalled))('%s itself', (kind: ProxyKind) => {
  /** In the place of the chat: notes what comes, and breaks off the next request when told to. */
  let stub: Server;
  let proxy: ReverseProxy;
  let seen: IncomingMessage[] = [];
  let breakNext = false;
  // nginx leaves one that broke off alone for a while: so there are more than are broken
  beforeAll(async () => {
    stub = createServer((req, res) => {
      if (/^\/(health|ready)$/.test(req.url ?? '')) return void res.end();
      seen.push(req);
      if (breakNext) req.resume().on('end', () => req.socket.destroy());
      else res.end();
      breakNext = false;
    }).listen(0, '0.0.0.0');
    await once(stub, 'listening');
    const { port } = stub.address() as AddressInfo;
    proxy = await ReverseProxy.start(
      kind,
      [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `127.0.0.${number}:${port}`),
    );
  });
  afterAll(async () => {
    await proxy.stop();
    stub.close();
  });

  it.each([
    ['/jsonp/send?callback=f&text=a', null, 1, 502],
    ['/jsonp/send?callback=f&text=a&id=n', null, 2, 200],
    ['/jsonp/poll?callback=f', null, 2, 200],
    ['/jsonp/ack?callback=f&cursor=c', null, 2, 200],
    ['/api/stream', null, 2, 200],
    ['/api/send', { text: 'a' }, 1, 502],
    // nginx does not look into bodies
    ['/api/send', { text: 'a', id: 'n' }, ...(kind === 'haproxy' ? ([2, 200] as const) : ([1, 502] as const))],
  ] as const)('gives %s %j to another host only if that does no harm', async (path, body, times, expected) => {
    seen = [];
    breakNext = true;
    expect(await status(`${proxy.url}${path}`, { body })).toBe(expected);
    expect(seen.map((one) => one.url)).toEqual(Array.from({ length: times }, () => path));
  });

  it('says who asks, whatever that says of itself', async () => {
    seen = [];
    await status(`${proxy.url}/health2`, { localAddress: '127.0.0.7', headers: { 'X-Forwarded-For': '1.2.3.4' } });
    expect(seen.map((one) => one.headers['x-forwarded-for'])).toEqual(['127.0.0.7']);
  });
});

it('the limits of time leave polls alone', async () => {
  const [nginx, haproxy] = [await deployed('nginx/chat.conf'), await deployed('haproxy/haproxy.cfg')];
  const seconds = [
    /proxy_read_timeout (\d+)s/.exec(nginx),
    /timeout server (\d+)s/.exec(haproxy),
    /timeout client (\d+)s/.exec(haproxy),
  ].map((found) => Number(found?.[1]));
  for (const limit of seconds) expect(limit).toBeGreaterThan(POLL_TIMEOUT_MAX_S + 10);
});

/** Attacks by a socket below HTTP, or with bent HTTP: too many, too long, too slow, unread, smuggled, misdirected. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect } from 'vitest';
import { fetchText } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import type { TestApi, TestSystem } from '../support/processes.js';
import { sendRaw } from '../support/rubbish-replies.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const it = systemWith({ workers: 0, env: { ADDRESS_CONNECTIONS: 40, CLIENT_TIMEOUT: 1, SEND_RATE: 1_000 } });
let system: TestSystem, api: TestApi;
it.beforeAll(({ system: started }) => {
  system = started;
  [api = expect.fail()] = system.apis;
});

const portOf = ({ url }: TestApi): number => Number(new URL(url).port);
const raw = (text: string): Promise<string> => sendRaw(portOf(api), Buffer.from(text, 'latin1'));
const get = (path: string, ...headers: string[]): string =>
  `GET ${path} HTTP/1.1\r\n${['Host: x', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`;

/** A connection with its bytes so far. */
class Line {
  text = '';
  closed = false;
  readonly socket: Socket;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
      .setEncoding('latin1')
      .on('data', (data: string) => (this.text += data));
    this.socket.on('error', () => undefined).on('close', () => (this.closed = true));
  }

  /** Asks for something small; true when it is answered, false when the connection is closed instead. */
  works(): Promise<boolean> {
    this.socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
    return until(() => (this.closed ? 'no' : this.text.includes('"ok":true') && 'yes'), 'an answer or the end').then(
      (answer) => answer === 'yes',
    );
  }
}

async function openLines(count: number, port: number): Promise<{ working: Line[]; refused: number }> {
  const lines = Array.from({ length: count }, () => new Line(port));
  const works = await Promise.all(lines.map((line) => line.works()));
  return { working: lines.filter((_, i) => works[i]), refused: works.filter((one) => !one).length };
}

describe('connections', () => {
  it.each([
    ['one address has', { ADDRESS_CONNECTIONS: 10 }],
    ['one process has, behind proxies', { CONNECTIONS: 10, TRUST_PROXY: 1 }],
  ])('beyond those that %s are closed at once; one that ends gives its place back', async (_, env) => {
    const port = portOf(await system.addApi(env));
    const { working, refused } = await openLines(30, port);
    expect(working.length).toBeGreaterThan(0);
    expect(working.length).toBeLessThanOrEqual(10);
    expect(working.length + refused).toBe(30);
    for (const line of working) line.socket.destroy();
    await until(async () => {
      const line = new Line(port);
      const works = await line.works();
      line.socket.destroy();
      return works;
    }, 'a place is free again');
  });
});

it('a connection on which very many requests wait for one another is closed, and no more of them are served', async () => {
  const user = await TestUser.join(api.url, { room: 'queue' });
  const line = new Line(portOf(api));
  const poll = get(`/api/poll?token=${user.token}&cursor=${user.joined.cursor}&timeout=30`).replace(
    'Connection: close\r\n',
    '',
  );
  const send = (i: number): string =>
    get(`/jsonp/send?callback=f&token=${user.token}&room=queue&text=${i}`).replace('Connection: close\r\n', '');
  line.socket.write(poll + Array.from({ length: 200 }, (_, i) => send(i)).join(''));
  await until(() => line.closed, 'the end of the connection');
  const { events } = await user.ask<{ events: object[] }>('history', { limit: 100 });
  expect(events.length).toBeLessThanOrEqual(34);
});

describe('a request that is too long', () => {
  it.each([
    ['in its path', get(`/${'x'.repeat(70_000)}`)],
    ['in its query', get(`/jsonp/send?callback=f&text=${'x'.repeat(70_000)}`)],
    ['in one header', get('/', `X: ${'x'.repeat(70_000)}`)],
    ['in many headers', get('/', ...Array.from({ length: 5_000 }, (_, i) => `X-${i}: 1234567890123`))],
  ])('%s is refused with 431, which the end of the connection may overtake', async (_, request) => {
    expect(await raw(request)).toMatch(/^(HTTP\/1\.1 431 [\s\S]*)?$/);
  });

  it.each([
    ['by its length', 'Content-Length: 50000\r\n\r\n'],
    ['in chunks', `Transfer-Encoding: chunked\r\n\r\n${`8000\r\n${'x'.repeat(0x8000)}\r\n`.repeat(2)}0\r\n\r\n`],
  ])('in its body, %s, is refused with 413', async (_, rest) => {
    expect(await raw(`POST /api/join HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${rest}`)).toMatch(
      /^HTTP\/1\.1 413 [\s\S]*"code":"too_large"/,
    );
  });
});

describe.concurrent('a client that is too slow', () => {
  it.each([
    ['to say anything', ''],
    ['with its headers', 'GET /api/rooms HTTP/1.1\r\nHost: x\r\nX: '],
    ['with its body', 'POST /api/join HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n{'],
    ['with a chunk', 'POST /api/join HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{'],
  ])('%s is closed', async (_, begin) => {
    const line = new Line(portOf(api));
    line.socket.write(begin);
    const drip = setInterval(() => begin && line.socket.write(' '), 100); // a byte at a time
    await until(() => line.closed, 'the end of the connection');
    clearInterval(drip);
    expect(line.text === '' || line.text.startsWith('HTTP/1.1 4')).toBe(true);
  });

  it('to read what it asked for is closed', async () => {
    const user = await TestUser.join(api.url, { room: 'long' });
    for (let i = 0; i < 60; i += 1) await user.send('😀'.repeat(2_000));
    const line = new Line(portOf(api));
    line.socket.pause();
    line.socket.write(
      get(`/api/history?token=${user.token}&limit=100`).replace('Connection: close\r\n', '').repeat(30),
    );
    await until(
      () => (line.socket.write(' ') && line.closed ? true : line.closed),
      'the end of the connection',
      20_000,
    );
  });

  it('to be told something is not: a poll is held longer than that', async () => {
    const user = await TestUser.join(api.url, { room: 'quiet' });
    const { cursor } = await user.poll(0, { cursor: user.joined.cursor });
    expect((await user.poll(2, { cursor })).ok).toBe(true);
  });
});

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';

describe('two ways to read the length of a request (smuggling)', () => {
  it.each([
    [
      'Content-Length and Transfer-Encoding',
      `Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    ],
    ['two lengths', `Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}${SMUGGLED}`],
    ['a list of lengths', `Content-Length: 2, 2\r\n\r\n{}${SMUGGLED}`],
    ['a signed length', `Content-Length: +2\r\n\r\n{}${SMUGGLED}`],
    ['a hexadecimal length', `Content-Length: 0x2\r\n\r\n{}${SMUGGLED}`],
    ['an unknown coding', `Transfer-Encoding: xchunked\r\n\r\n${SMUGGLED}`],
    ['chunked not last', `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${SMUGGLED}`],
    ['space before the colon', `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
    ['a folded header', `X: y\r\n Content-Length: 2\r\nContent-Length : 0\r\n\r\n${SMUGGLED}`],
    ['a bare LF', `Content-Length: 2\nTransfer-Encoding: chunked\r\n\r\n{}${SMUGGLED}`],
    ['a chunk whose size is no number', `Transfer-Encoding: chunked\r\n\r\nzz\r\n${SMUGGLED}`],
    ['a chunk without its end', `Transfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n${SMUGGLED}`],
    ['a bare CR', `X: a\rContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}${SMUGGLED}`],
  ])('%s: refused, and nothing behind it is served', async (_, rest) => {
    const text = await raw(`POST /api/rooms HTTP/1.1\r\nHost: x\r\n${rest}`);
    expect(text).toMatch(/^HTTP\/1\.1 400 /m);
    expect(text).not.toContain(' 404 ');
  });

  it('a body of GET is its body, not the next request', async () => {
    const line = new Line(portOf(api));
    line.socket.write(
      `GET /api/rooms HTTP/1.1\r\nHost: x\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}GET /health HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    await until(() => line.text.includes('"redis"'), 'the answer to the next request');
    expect(line.text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200']);
    line.socket.destroy();
  });
});

describe('the Host', () => {
  it.each([
    'evil.example',
    'evil.example:80@127.0.0.1',
    '<script>',
    'a b',
    '127.0.0.1\r\nX-Forwarded-Host: evil.example',
  ])('%j appears in no answer', async (host) => {
    for (const path of [
      '/',
      '/r/x',
      '/docs',
      '/nowhere',
      '/api/rooms',
      '/jsonp/rooms?callback=f',
      '/admin/queues',
      'http://evil.example/',
      'http://evil.example/api/rooms',
    ]) {
      expect(await raw(get(path).replace('Host: x', `Host: ${host}`)), path).not.toMatch(/evil\.example|<script>\s*$/);
    }
  });

  it('must be there', async () =>
    expect(await raw('GET / HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /));
});

describe('a path', () => {
  it.each([
    '/../package.json',
    '/../../../package.json',
    '/assets/../../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/..%5cpackage.json',
    '/..\\package.json',
    '/%252e%252e/package.json',
    '//etc/passwd',
    '/etc/passwd',
    '/r/../../package.json',
    '/chat.js/../../../package.json',
    '/chat.js%00',
    '/.git/config',
    '/%c0%ae%c0%ae/package.json',
    'file:///etc/passwd',
    '/assets/',
    '/assets/%2e%2e/%2e%2e/api/main.js',
  ])('%s leads to nothing but the pages', async (path) => {
    const text = await raw(get(path));
    expect(text).toMatch(/^HTTP\/1\.1 (400|404) /);
    expect(text).not.toMatch(/root:|"dependencies"|repositoryformat|createApp/);
  });

  it.each([
    '/%0d%0aX-Injected:%20y',
    '/r/%0d%0aX-Injected:%20y',
    '/jsonp/rooms?callback=f%0d%0aX-Injected:%20y',
    '/api/rooms?%0d%0aX-Injected:%20y=1',
    '/docs?%0d%0aX-Injected:y',
  ])('%s puts no header into an answer', async (path) => {
    expect(await raw(get(path))).not.toMatch(/^X-Injected/im);
  });
});

it('nobody was shut out by all that', async () => {
  expect((await fetchText('GET', `${api.url}/health`)).status).toBe(200);
  expect(api.output()).not.toMatch(/"level":(40|50|60)/);
  await once(new Line(portOf(api)).socket, 'connect');
});

/** `npm run top` into a pipe: one plain table, or one line that says why there is none. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AdminFigures, Sample } from '../shared/protocol/admin.js';
import { root } from './support/child.js';
import { freePort } from './support/redis.js';

const PASSWORD = 'long and rändom';
const AT = 1_795_000_000_000;
const SAMPLE: Sample = {
  at: AT, blocking: 4, live: 1_196, users: 1_230, rooms: 42, sends: 41.4, deliveries: 2_310, refused: { rate_limited: 3, bad_request: 0 }, limited: { sends: 3 },
  receipt: { p50: 0.004, p99: 1.2 }, fanOutDelay: { p50: 0.002, p99: 0.009 }, fanOutTook: null, queue: 2, queueAge: 0.3,
  redisUsed: 50 * 1_048_576, redisMax: 0, redisClients: 140, processes: [{ name: 'api-1a', delay: 0.012, memory: 98 * 1_048_576 }],
};
const FIGURES: AdminFigures = {
  at: AT, known: true, redis: { up: true, reason: null }, process: { name: 'api-1a', delay: 0.012, memory: 98 * 1_048_576 }, samples: [{ ...SAMPLE, sends: 0 }, SAMPLE],
  values: { bytes: 0, rooms: [] }, busy: { rooms: [{ name: 'lobby', members: 40, rate: 3.14 }], origins: [{ origin: 'https://a\x1b[31m.example', rate: 1 }], addresses: [] },
  off: [{ kind: 'room', name: 'trouble', since: AT, until: null }], acts: [],
};

let server: Server;
let url: string;
let figures = FIGURES;

beforeAll(async () => {
  server = createServer(({ url: path, headers }, response) => {
    const known = headers.authorization === `Basic ${Buffer.from(`:${PASSWORD}`).toString('base64')}`;
    response.writeHead(path === '/admin/figures' ? known ? 200 : 401 : 404).end(JSON.stringify(figures));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

async function top(address: string, password = PASSWORD): Promise<{ code: unknown; out: string; err: string }> {
  const child = spawn(process.execPath, ['scripts/top.js', '--url', address], { cwd: root, env: { PATH: process.env['PATH'], ADMIN_PASSWORD: password } });
  const [[code], out, err] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  return { code, out, err };
}

it('shows what there is, once, with nothing in it that a terminal would obey', async () => {
  const { code, out, err } = await top(url);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const line of [
    /^Redis is up: 50 MB, 140 connections$/m, /^users 1,230 {3}rooms 42 {3}polls held 1,200 \(1,196 live, 4 blocking\) {3}fan-out jobs 2, the oldest for 300 ms$/m,
    /^refused rate_limited 3\.0\/s {3}by limits sends 3\.0\/s$/m, /^sends +41\/s {2}▁█$/m, /^to a client +4 ms +1\.2 s$/m, /^one fan-out step +- +-$/m,
    /^api-1a +12 ms +98 MB$/m, /^lobby +40 +3\.1\/s$/m, /^room trouble +switched on$/m, /^https:\/\/a\?\[31m\.example +1\.0\/s$/m,
  ]) expect(out).toMatch(line);
  expect(out).not.toContain('\x1b');
});

it('with Redis away says so, and shows the process that answers', async () => {
  figures = { ...FIGURES, redis: { up: false, reason: 'connection refused' }, samples: [] };
  const { code, out } = await top(url);
  expect([code, out]).toEqual([0, expect.stringMatching(/^Redis is away: connection refused$[^]*^api-1a /m)]);
});

it('says in one line why there is nothing to show', async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const all = await Promise.all([top(url, 'wrong'), top(`${url}/elsewhere`), top(nobody), top(url, '')]);
  expect(all.map(({ code, out }) => [code, out])).toEqual(all.map(() => [1, '']));
  expect(all.map(({ err }) => err)).toEqual([
    `The chat at ${url} does not accept this ADMIN_PASSWORD.\n`, `The chat at ${url}/elsewhere has no ADMIN_PASSWORD, and so no figures: start it with one.\n`,
    `${nobody} cannot be reached: ECONNREFUSED.\n`, expect.stringMatching(/^Give the chat's password: .*npm run top/),
  ]);
});

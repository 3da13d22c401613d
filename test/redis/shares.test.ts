/** A page above its share while the process is under pressure, by HTTP: it is held back, and nobody else is. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, expect } from 'vitest';
import { createDispatch } from '../../apps/api/http/dispatch.js';
import { HOLD_MAX_MS } from '../../apps/api/limits/shares/page.js';
import { loadOf } from '../../apps/api/limits/shares/redis-load.js';
import type { ChatEvent } from '../../shared/protocol/events.js';
import { partsWith } from '../support/fixtures/parts.js';
import type { Part } from '../support/parts.js';
import { until } from '../support/until.js';

const MANY = '1000000';
const it = partsWith({
  RATE_LIMITS: 'on',
  SEND_RATE: '10000',
  ROOM_SENDS: MANY,
  ADDRESS_SENDS: MANY,
  ADDRESS_READS: MANY,
  ADDRESS_JOINS: MANY,
  FRUITLESS_CALLS: MANY,
  ADDRESS_FRUITLESS: MANY,
});
const [HEAVY, QUIET] = ['https://heavy.example', 'https://quiet.example'];

type Answer = { ok: boolean; error?: { code: string; reason?: string; retryAfter?: number }; events: ChatEvent[] } & {
  [field: string]: unknown;
};
let served: Part;
let server: Server;
beforeAll(() => {
  server = createServer((req, res) => {
    const [path = '', query = ''] = (req.url ?? '').split('?');
    createDispatch(served.chat, {
      countAnswer: () => undefined,
      log: pino({ level: 'silent' }),
      requestLog: null,
      reportFailure: (error) => expect.fail(String(error)),
    })(req, res, path, query);
  });
  return new Promise<void>((resolve) => server.listen(0, resolve));
});
afterAll(() => server.close());

/** One user of a page. */
class Visitor {
  token = '';
  cursor = '';
  history: ChatEvent[] = [];

  constructor(
    readonly origin: string,
    readonly room: string,
  ) {}

  async call(operation: string, parameters: object = {}): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/${operation}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.origin },
      body: JSON.stringify({ ...(this.token && { token: this.token }), ...parameters }),
    });
    return (await response.json()) as Answer;
  }

  async join(): Promise<this> {
    const joined = await this.call('join', { room: this.room });
    [this.token, this.cursor] = [String(joined.token), String(joined.cursor)];
    this.history = (joined.room as { history: ChatEvent[] }).history;
    return this;
  }

  async poll(timeout = 5): Promise<ChatEvent[]> {
    const { cursor, events } = await this.call('poll', { cursor: this.cursor, timeout });
    this.cursor = String(cursor);
    return events;
  }

  send = (text: string): Promise<Answer> => this.call('send', { text });
}

const messagesIn = ({ history }: Visitor): number => history.filter(({ type }) => type === 'message').length;

/** Lets a page make far more work than others, for some steps. */
async function overload(part: Part, heavy: Visitor, quiet: Visitor, steps: number): Promise<void> {
  for (let i = 0; i < steps; i += 1) {
    await Promise.all(Array.from({ length: 60 }, () => heavy.call('members')));
    await quiet.call('members');
    part.shares.step();
  }
}

it('is held back: first longer holds and less history, then refusals; another page notices nothing', async ({
  part,
}) => {
  served = part;
  part.pressed = true;
  const [heavy, quiet] = [await new Visitor(HEAVY, 'a').join(), await new Visitor(QUIET, 'b').join()];
  for (let i = 0; i < 15; i += 1) await heavy.send(String(i));
  for (let i = 0; i < 15; i += 1) await quiet.send(String(i));
  await overload(part, heavy, quiet, 3);
  expect(part.shares.heldBack).toBe(1);
  expect((await heavy.send('still accepted')).ok).toBe(true); // longer holds come first
  expect(messagesIn(await new Visitor(HEAVY, 'a').join())).toBe(10);
  expect(messagesIn(await new Visitor(QUIET, 'b').join())).toBe(15);

  await overload(part, heavy, quiet, 12);
  const sends = await Promise.all(Array.from({ length: 10 }, (_, i) => heavy.send(`more ${i}`)));
  const refused = sends.filter(({ ok }) => !ok);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.error).toMatchObject({ code: 'rate_limited', reason: 'share' });
  expect(refused[0]?.error?.retryAfter).toBeGreaterThan(0);
  for (let i = 0; i < 10; i += 1) expect((await quiet.send(`quiet ${i}`)).ok).toBe(true);

  part.pressed = false;
  for (let i = 0; i < 140; i += 1) part.shares.step();
  expect(part.shares.heldBack).toBe(0);
  for (let i = 0; i < 10; i += 1) expect((await heavy.send(`free ${i}`)).ok).toBe(true);
});

it('is not held back for what programs fail to do in its name', async ({ part }) => {
  served = part;
  part.pressed = true;
  const [quiet, other] = [await new Visitor(QUIET, 'd').join(), await new Visitor(HEAVY, 'e').join()];
  for (let i = 0; i < 15; i += 1) {
    const forged = Array.from({ length: 60 }, () => new Visitor(QUIET, 'd'));
    const answers = await Promise.all(forged.map((one) => one.call('poll', { token: `9.${'x'.repeat(24)}` })));
    expect(answers.filter(({ ok }) => ok)).toEqual([]);
    await other.call('members');
    part.shares.step();
  }
  expect(part.shares.heldBack).toBe(0);
  for (let i = 0; i < 10; i += 1) expect((await quiet.send(`${i}`)).ok).toBe(true);
  part.pressed = false;
});

it('gets several events with one answer, in order, and all of them; a poll that cannot wait is not deaf', async ({
  part,
  worker,
}) => {
  served = part;
  const reader = await new Visitor(HEAVY, 'c').join();
  const writer = await new Visitor(HEAVY, 'c').join();
  await worker.fanOut.advanceRoom('c');
  await reader.poll(); // from now on in the live way
  const { page } = part.shares.noteRequest('poll', { room: 'c' }, { headers: { origin: HEAVY } } as never);
  const texts: string[] = [];
  let shared = 0;
  for (let round = 0; round < 20 && shared === 0; round += 1) {
    page.holdMs = HOLD_MAX_MS;
    const held = reader.poll();
    for (const text of ['x', 'y', 'z']) {
      await writer.send(`${round}${text}`);
      await worker.fanOut.advanceRoom('c');
    }
    const events = await held;
    if (events.length > 1) shared += 1;
    texts.push(...events.map(({ text }) => text ?? ''));
    for (; texts.at(-1) !== `${round}z`; ) texts.push(...(await reader.poll()).map(({ text }) => text ?? ''));
    expect(texts.slice(-3)).toEqual(['x', 'y', 'z'].map((text) => `${round}${text}`));
  }
  expect(shared).toBeGreaterThan(0);
  await writer.send('last');
  await worker.fanOut.advanceRoom('c');
  const heard = await until(async () => {
    page.holdMs = HOLD_MAX_MS;
    const events = await reader.poll(0);
    return events.length > 0 && events.map(({ text }) => text);
  }, 'the last message');
  expect(heard).toEqual(['last']);
});

it('is judged by how fast and how full Redis is, too', async ({ part }) => {
  const { redis } = part.store;
  await redis.config('SET', 'maxmemory', '0');
  expect((await loadOf(redis)).redisMemory).toBe(0);
  await redis.config('SET', 'maxmemory', '1gb');
  const { redisMs, redisMemory } = await loadOf(redis);
  expect(redisMs).toBeGreaterThan(0);
  expect(redisMemory).toBeGreaterThan(0);
  expect(redisMemory).toBeLessThan(0.5);
  await redis.config('SET', 'maxmemory', '0');
});

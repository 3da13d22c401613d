/** The host's page and what stands behind it: guessing its password, its figures, its acts, which every process heeds, and the page itself. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AddressHash } from '../../apps/api/limits/address-hash.js';
import type { AdminSnapshot, OperatorActionReply, Sample } from '../../shared/protocol/admin.js';
import type { RedisClient } from '../../shared/redis/slot-owners.js';
import { violations } from '../support/axe.js';
import { launchBrowser } from '../support/browser.js';
import { startSystem, type TestSystem } from '../support/processes.js';
import { allKeys, openRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const PASSWORD = 'host';
const TRIES = 5;

let system: TestSystem, browser: Browser, redis: RedisClient;
let one: string, two: string;
let addresses = 0;
/** Of the host, another in each test. */
let address: string;

beforeAll(async () => {
  [system, browser] = await Promise.all([
    startSystem({ apis: 2, env: { ADMIN_PASSWORD: PASSWORD, ADMIN_TRIES: TRIES, TRUST_PROXY: 1 } }),
    launchBrowser(),
  ]);
  [one = '', two = ''] = system.urls;
  redis = openRedis(system.redis.url).on('error', () => undefined);
});
beforeEach(() => {
  address = `192.0.2.${++addresses}`;
});
afterAll(async () => {
  redis?.disconnect();
  await browser?.close();
  await system?.stop();
});

const basic = (password: string): string => `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;
const withPassword = (password: string, from: string): Record<string, string> => ({
  Authorization: basic(password),
  'X-Forwarded-For': from,
});
const statusOf = async (base: string, password: string, from: string): Promise<number> =>
  (await fetch(`${base}/admin/figures`, { headers: withPassword(password, from) })).status;

async function figuresFrom(base = one, since = 0): Promise<AdminSnapshot> {
  return (await (
    await fetch(`${base}/admin/figures?since=${since}`, { headers: withPassword(PASSWORD, address) })
  ).json()) as AdminSnapshot;
}

function ask(body: unknown, headers: Record<string, string> = {}, base = one): Promise<Response> {
  return fetch(`${base}/admin/act`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { ...withPassword(PASSWORD, address), 'Content-Type': 'application/json', ...headers },
  });
}

async function act(body: unknown): Promise<OperatorActionReply> {
  return (await (await ask(body)).json()) as OperatorActionReply;
}

/** How an operation ends for a page of that origin, behind that address. */
async function outcome(
  base: string,
  op: string,
  parameters: object,
  { from = '198.51.100.1', origin }: { from?: string; origin?: string } = {},
): Promise<string> {
  const headers = { 'X-Forwarded-For': from, ...(origin !== undefined && { Origin: origin }) };
  const answer = (await (
    await fetch(`${base}/api/${op}`, { method: 'POST', body: JSON.stringify(parameters), headers })
  ).json()) as { ok: boolean; error?: { code: string; reason?: string } };
  return answer.ok ? 'ok' : [answer.error?.code, answer.error?.reason].filter((part) => part !== undefined).join(' ');
}

describe('the password', () => {
  it('may be guessed so often from one address, at all processes together; then a right one waits too', async () => {
    const [guesser, other] = ['203.0.113.1', '203.0.113.2'];
    for (let i = 0; i < TRIES; i += 1) expect(await statusOf(i % 2 ? one : two, `wrong ${i}`, guesser)).toBe(401);
    for (const path of ['/admin', '/admin/figures', '/metrics', '/admin/queues']) {
      for (const base of [one, two]) {
        for (const password of ['wrong', PASSWORD]) {
          const refused = await fetch(base + path, { headers: withPassword(password, guesser) });
          expect({ path, password, status: refused.status }).toEqual({ path, password, status: 429 });
          expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(500);
        }
      }
    }
    expect(await statusOf(one, PASSWORD, other)).toBe(200);
  });

  it('is not guessed more often by guesses that come together, and may be right as often as one likes', async () => {
    const many = await Promise.all(
      Array.from({ length: 40 }, (_, i) => statusOf(one, i === 39 ? PASSWORD : `wrong ${i}`, '203.0.113.3')),
    );
    expect(many.filter((status) => status === 401)).toHaveLength(TRIES);
    expect(many.filter((status) => status === 429)).toHaveLength(40 - TRIES);
    for (let i = 0; i < 3 * TRIES; i += 1) expect(await statusOf(one, PASSWORD, address)).toBe(200);
  });
});

describe('the figures', () => {
  it('say what happens in all processes, and what is busy, from whichever is asked; addresses only hashed', async () => {
    const user = await TestUser.join(one, { room: 'busy' });
    const follower = user.follow();
    let said = 0;
    const busy = async (): Promise<void> => {
      await outcome(two, 'send', { token: user.token, text: `${++said}` }); // sometimes too fast
      for (const base of [one, two])
        await outcome(base, 'rooms', {}, { from: '198.51.100.77', origin: 'https://busy.example' });
    };
    const found = async (base: string): Promise<boolean> => {
      await busy();
      const {
        samples,
        busy: { rooms, origins, addresses: hashed },
      } = await figuresFrom(base);
      const last: Partial<Sample> = samples.at(-1) ?? {};
      const names = last.processes?.map(({ name }) => name.replace(/-.*/, '')).join();
      return (
        names === 'api,api,worker' &&
        (last.sends ?? 0) > 0 &&
        (last.deliveries ?? 0) > 0 &&
        last.receipt !== null &&
        (last.redisUsed ?? 0) > 0 &&
        rooms.some(({ name, members, rate }) => name === 'busy' && members === 1 && rate > 0) &&
        origins.some(({ origin, rate }) => origin === 'https://busy.example' && rate > 0) &&
        hashed.length > 1
      );
    };
    for (const base of [one, two]) await until(() => found(base), `figures at ${base}`, 15_000);
    const { samples } = await figuresFrom();
    const last = samples.at(-1)?.at ?? 0;
    expect((await figuresFrom(two, last)).samples.filter(({ at }) => at <= last)).toEqual([]);
    const kept = await Promise.all((await allKeys(redis, 'busiest:*')).map((key) => redis.get(key)));
    expect(JSON.stringify([await figuresFrom(), ...kept])).not.toContain('198.51.100');
    await follower.stop();
  });
});

describe('an act', () => {
  it('is refused to pages of other sites, to forms, without the password, and when it is none; nothing is done then', async () => {
    const off = { act: 'origin_off', on: 'https://victim.example' };
    expect((await ask(off, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await ask(off, { 'Content-Type': 'text/plain' })).status).toBe(415);
    expect(
      (
        await fetch(`${one}/admin/act`, {
          method: 'POST',
          body: JSON.stringify(off),
          headers: { 'Content-Type': 'application/json' },
        })
      ).status,
    ).toBe(401);
    const none = [
      {},
      [],
      1,
      { act: 'nuke', on: 'x' },
      { act: 'clear', on: '' },
      { act: 'clear', on: '1:2' },
      { act: 'room_off', on: 'a b' },
      { act: 'address_off', on: 'somewhere' },
      { act: 'address_off', on: '192.0.2.1', seconds: 1e6 },
      { ...off, more: 1 },
    ];
    for (const bad of none) expect({ bad, status: (await ask(bad)).status }).toEqual({ bad, status: 400 });
    const { off: nothing, acts } = await figuresFrom();
    expect({ nothing, acts }).toEqual({ nothing: [], acts: [] });
  });

  it('on an origin is heeded by the other process, until it is switched on', async () => {
    const page = { origin: 'https://bad.example' };
    expect(await act({ act: 'origin_off', on: 'https://bad.example/some/page' })).toEqual({ ok: true });
    await until(async () => (await outcome(two, 'join', {}, page)) === 'origin_refused', 'the origin is refused');
    for (const op of ['rooms', 'poll', 'send'])
      expect(await outcome(two, op, { token: '1.x', text: 'x' }, page)).not.toBe('ok');
    expect(await outcome(two, 'join', {}, { origin: 'https://good.example' })).toBe('ok');
    expect((await figuresFrom(two)).off).toMatchObject([{ kind: 'origin', name: 'https://bad.example', until: null }]);
    await act({ act: 'origin_on', on: 'https://bad.example' });
    await until(async () => (await outcome(two, 'join', {}, page)) === 'ok', 'the origin is served again');
  });

  it('on an address, in clear or as it is listed, is heeded by the other process, until it is lifted', async () => {
    const [listed, given] = ['198.51.100.50', '2001:db8::7'];
    const hash = await new AddressHash(redis).hash(listed);
    for (let i = 0; i < 5; i += 1) await outcome(one, 'rooms', {}, { from: listed });
    await until(
      async () => (await figuresFrom(two)).busy.addresses.some((known) => known.address === hash),
      'the address is listed',
    );
    expect(await act({ act: 'address_off', on: hash, seconds: 3_600 })).toEqual({ ok: true });
    expect(await act({ act: 'address_off', on: given, seconds: 86_400 })).toEqual({ ok: true });
    for (const from of [listed, '2001:db8::8'])
      await until(
        async () => (await outcome(two, 'join', {}, { from })) === 'not_allowed address',
        `${from} is refused`,
      );
    expect(await outcome(two, 'join', {}, { from: '198.51.100.51' })).toBe('ok');
    const { off } = await figuresFrom(two);
    expect(off.map(({ kind, until: end }) => [kind, Math.round(((end ?? 0) - Date.now()) / 3_600_000)])).toEqual([
      ['address', 24],
      ['address', 1],
    ]);
    expect(JSON.stringify(await redis.hgetall('host:off'))).not.toMatch(/198\.51|2001:db8/);
    for (const on of [hash, given]) await act({ act: 'address_on', on });
    for (const from of [listed, given])
      await until(async () => (await outcome(two, 'join', {}, { from })) === 'ok', `${from} is served`);
  });

  it("on an address can be looked at before: whether it is one, one's own, among the busiest, off already", async () => {
    const look = async (on: string): Promise<unknown> => {
      const headers = { ...withPassword(PASSWORD, address), 'Content-Type': 'application/json' };
      return await (
        await fetch(`${two}/admin/address`, { method: 'POST', body: JSON.stringify({ on }), headers })
      ).json();
    };
    const hash = await new AddressHash(redis).hash('198.51.100.60');
    expect(await look('198.51.100.260')).toEqual({
      ok: false,
      message: expect.stringMatching(/^Give an IPv4/) as unknown,
    });
    expect(await look(`::ffff:${address}`)).toMatchObject({ ok: true, own: true, off: false });
    expect(await look('198.51.100.60')).toEqual({ ok: true, address: hash, own: false, busy: false, off: false });
    await act({ act: 'address_off', on: '198.51.100.60', seconds: 60 });
    expect(await look(hash)).toMatchObject({ address: hash, off: true });
    await act({ act: 'address_on', on: hash });
    for (const headers of [{}, { ...withPassword(PASSWORD, address), 'Sec-Fetch-Site': 'cross-site' }]) {
      expect(
        (
          await fetch(`${one}/admin/address`, {
            method: 'POST',
            body: '{"on":"192.0.2.1"}',
            headers: { 'Content-Type': 'application/json', ...headers },
          })
        ).ok,
      ).toBe(false);
    }
  });

  it('on a room: nobody enters or speaks while it is off; cleared it is empty; its link makes an owner', async () => {
    const user = await TestUser.join(two, { room: 'mine' });
    await user.send('gone soon');
    await act({ act: 'room_off', on: 'mine' });
    expect(await outcome(two, 'join', { room: 'mine' })).toBe('not_allowed off');
    expect(await outcome(two, 'send', { token: user.token, text: 'x' })).toBe('not_allowed off');
    expect((await figuresFrom(two)).off).toMatchObject([{ kind: 'room', name: 'mine' }]);
    await act({ act: 'room_on', on: 'mine' });
    expect(await outcome(two, 'send', { token: user.token, text: 'x' })).toBe('ok');
    await act({ act: 'clear', on: 'mine' });
    expect(JSON.stringify(await user.ask('history'))).not.toContain('gone soon');
    const owned = await act({ act: 'own', on: 'lobby' });
    const owner = owned.ok ? owned.owner : undefined;
    const lobbyist = await TestUser.join(two, { room: 'lobby' });
    expect(await outcome(two, 'rules', { token: lobbyist.token, room: 'lobby', owner, slow: 5 })).toBe('ok');
  });

  it('is written down, the newest first, with who and how long', async () => {
    const { acts } = await figuresFrom(two);
    expect(acts.slice(0, 4).map(({ act: name, on, by }) => [name, on, by])).toEqual([
      ['own', 'lobby', 'me'],
      ['clear', 'mine', 'me'],
      ['room_on', 'mine', 'me'],
      ['room_off', 'mine', 'me'],
    ]);
    expect(acts.filter(({ act: name }) => name === 'address_off').map(({ seconds }) => seconds)).toEqual([
      60, 86_400, 3_600,
    ]);
    expect(JSON.stringify(acts)).not.toMatch(/198\.51|2001:db8/);
  });
});

describe('in a browser, the page', () => {
  it.each([
    ['light', 1_280],
    ['dark', 360],
  ] as const)(
    'in %s at %i px shows what happens, acts after asking once, and has nothing axe would find wrong',
    async (colorScheme, width) => {
      const context = await browser.newContext({
        colorScheme,
        viewport: { width, height: 800 },
        httpCredentials: { username: 'me', password: PASSWORD },
        extraHTTPHeaders: { 'X-Forwarded-For': address },
      });
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      page.on('pageerror', (error) => errors.push(error.message));
      const origin = `https://${colorScheme}.example`;
      await outcome(one, 'rooms', {}, { origin });
      await page.goto(`${one}/admin`);
      await page.getByText('Live', { exact: true }).waitFor();
      const row = page.locator('#origins tr', { hasText: origin });
      await row.getByRole('button', { name: 'Act' }).click();
      expect(await violations(page)).toEqual([]);
      expect((await figuresFrom()).off).toEqual([]);
      await page.getByRole('dialog').getByRole('button', { name: 'Switch the origin off' }).click();
      await page
        .locator('#off')
        .getByRole('cell', { name: `${origin} origin` })
        .waitFor();
      await page.getByText(`Origin switched off: ${origin}`).waitFor();
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      expect(errors).toEqual([]);
      await act({ act: 'origin_on', on: origin });
      await page.getByLabel('Another').selectOption('address');
      await page.getByLabel('Its name').fill('203.0.113.7');
      await page.locator('#any').getByRole('button', { name: 'Act' }).click();
      await page
        .getByRole('dialog', { name: 'Address 203.0.113.7' })
        .getByText('It is not among the busiest')
        .waitFor();
      await context.close();
    },
  );

  it('says that Redis is away, and that it is back', async () => {
    const page = await (
      await browser.newContext({ httpCredentials: { username: 'me', password: PASSWORD } })
    ).newPage();
    await page.goto(`${one}/admin`);
    await system.redis.kill();
    await page.getByText(/^Redis is away/).waitFor();
    await page.reload();
    await page.getByText(/^Redis is away/).waitFor();
    expect(await page.getByText('Not known while Redis is away.').count()).toBe(6); // and nothing claimed
    await page.getByRole('cell', { name: /^api-/ }).waitFor(); // what this process knows by itself
    await system.redis.restart();
    await page.getByText('Live', { exact: true }).waitFor();
  });
});

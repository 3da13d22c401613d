/** The host without its page: guessing its password, its figures, and its acts, which every process heeds. */
import { describe, expect } from 'vitest';
import { AddressHash } from '../../apps/api/limits/address-hash.js';
import type { Sample } from '../../shared/protocol/admin.js';
import type { RedisClient } from '../../shared/redis/client.js';
import { Keys } from '../../shared/store/keys.js';
import { systemWith } from '../support/fixtures/system.js';
import { Host, outcome, PASSWORD, withPassword } from '../support/host.js';
import { allKeys, limitMemory } from '../support/redis.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const TRIES = 5;

const it = systemWith({ apis: 2, env: { ADMIN_PASSWORD: PASSWORD, ADMIN_TRIES: TRIES, TRUST_PROXY: 1 } });
let redis: RedisClient, one: string, two: string;
/** At another address in each test. */
let host: Host;
it.beforeAll(({ system, redis: opened }) => {
  [one = '', two = ''] = system.urls;
  redis = opened;
});
it.beforeEach(() => {
  host = new Host(one);
});

const statusOf = async (base: string, password: string, from: string): Promise<number> =>
  (await fetch(`${base}/admin/figures`, { headers: withPassword(password, from) })).status;

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
    for (let i = 0; i < 3 * TRIES; i += 1) expect(await statusOf(one, PASSWORD, host.address)).toBe(200);
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
      } = await host.figures(base);
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
    const { samples } = await host.figures();
    const last = samples.at(-1)?.at ?? 0;
    expect((await host.figures(two, last)).samples.filter(({ at }) => at <= last)).toEqual([]);
    const kept = await Promise.all((await allKeys(redis, 'busiest:*')).map((key) => redis.get(key)));
    expect(JSON.stringify([await host.figures(), ...kept])).not.toContain('198.51.100');
    await follower.stop();
  });
});

it('the rooms whose values weigh most are named, from whichever process is asked', async () => {
  for (const [room, length] of [
    ['light', 10],
    ['heavy', 1_000],
  ] as const)
    await (await TestUser.join(one, { room })).ask('set', { room, key: 'k', value: 'x'.repeat(length) });
  for (const base of [one, two]) {
    const { values } = await until(async () => {
      const figures = await host.figures(base);
      return figures.values.rooms.length === 2 ? figures : null;
    }, 'both rooms');
    expect(values).toEqual({
      bytes: 1_016,
      rooms: [
        { name: 'heavy', bytes: 1_003 },
        { name: 'light', bytes: 13 },
      ],
    });
  }
});

describe('an act', () => {
  it('is refused to pages of other sites, to forms, without the password, and when it is none; nothing is done then', async () => {
    const off = { act: 'origin_off', on: 'https://victim.example' };
    expect((await host.post('/admin/act', off, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await host.post('/admin/act', off, { 'Content-Type': 'text/plain' })).status).toBe(415);
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
    for (const bad of none)
      expect({ bad, status: (await host.post('/admin/act', bad)).status }).toEqual({ bad, status: 400 });
    const { off: nothing, acts } = await host.figures();
    expect({ nothing, acts }).toEqual({ nothing: [], acts: [] });
  });

  it('on an origin is heeded by the other process, until it is switched on', async () => {
    const page = { origin: 'https://bad.example' };
    expect(await host.act({ act: 'origin_off', on: 'https://bad.example/some/page' })).toEqual({ ok: true });
    await until(async () => (await outcome(two, 'join', {}, page)) === 'origin_refused', 'the origin is refused');
    for (const op of ['rooms', 'poll', 'send'])
      expect(await outcome(two, op, { token: '1.x', text: 'x' }, page)).not.toBe('ok');
    expect(await outcome(two, 'join', {}, { origin: 'https://good.example' })).toBe('ok');
    expect((await host.figures(two)).off).toMatchObject([{ kind: 'origin', name: 'https://bad.example', until: null }]);
    await host.act({ act: 'origin_on', on: 'https://bad.example' });
    await until(async () => (await outcome(two, 'join', {}, page)) === 'ok', 'the origin is served again');
  });

  it('on an address, in clear or as it is listed, is heeded by the other process, until it is lifted', async () => {
    const [listed, given] = ['198.51.100.50', '2001:db8::7'];
    const hash = await new AddressHash({ redis, keys: new Keys(1) }).hash(listed);
    for (let i = 0; i < 5; i += 1) await outcome(one, 'rooms', {}, { from: listed });
    await until(
      async () => (await host.figures(two)).busy.addresses.some((known) => known.address === hash),
      'the address is listed',
    );
    expect(await host.act({ act: 'address_off', on: hash, seconds: 3_600 })).toEqual({ ok: true });
    expect(await host.act({ act: 'address_off', on: given, seconds: 86_400 })).toEqual({ ok: true });
    for (const from of [listed, '2001:db8::8'])
      await until(
        async () => (await outcome(two, 'join', {}, { from })) === 'not_allowed address',
        `${from} is refused`,
      );
    expect(await outcome(two, 'join', {}, { from: '198.51.100.51' })).toBe('ok');
    const { off } = await host.figures(two);
    expect(off.map(({ kind, until: end }) => [kind, Math.round(((end ?? 0) - Date.now()) / 3_600_000)])).toEqual([
      ['address', 24],
      ['address', 1],
    ]);
    expect(JSON.stringify(await redis.hgetall('host:off'))).not.toMatch(/198\.51|2001:db8/);
    for (const on of [hash, given]) await host.act({ act: 'address_on', on });
    for (const from of [listed, given])
      await until(async () => (await outcome(two, 'join', {}, { from })) === 'ok', `${from} is served`);
  });

  it("on an address can be looked at before: whether it is one, one's own, among the busiest, off already", async () => {
    const look = async (on: string): Promise<unknown> => {
      return (await host.post('/admin/address', { on }, {}, two)).json();
    };
    const hash = await new AddressHash({ redis, keys: new Keys(1) }).hash('198.51.100.60');
    expect(await look('198.51.100.260')).toEqual({
      ok: false,
      message: expect.stringMatching(/^Give an IPv4/) as unknown,
    });
    expect(await look(`::ffff:${host.address}`)).toMatchObject({ ok: true, own: true, off: false });
    expect(await look('198.51.100.60')).toEqual({ ok: true, address: hash, own: false, busy: false, off: false });
    await host.act({ act: 'address_off', on: '198.51.100.60', seconds: 60 });
    expect(await look(hash)).toMatchObject({ address: hash, off: true });
    await host.act({ act: 'address_on', on: hash });
    for (const headers of [{}, { ...host.headers, 'Sec-Fetch-Site': 'cross-site' }]) {
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
    await host.act({ act: 'room_off', on: 'mine' });
    expect(await outcome(two, 'join', { room: 'mine' })).toBe('not_allowed off');
    expect(await outcome(two, 'send', { token: user.token, text: 'x' })).toBe('not_allowed off');
    expect((await host.figures(two)).off).toMatchObject([{ kind: 'room', name: 'mine' }]);
    await host.act({ act: 'room_on', on: 'mine' });
    expect(await outcome(two, 'send', { token: user.token, text: 'x' })).toBe('ok');
    await host.act({ act: 'clear', on: 'mine' });
    expect(JSON.stringify(await user.ask('history'))).not.toContain('gone soon');
    const owned = await host.act({ act: 'own', on: 'lobby' });
    const owner = owned.ok ? owned.owner : undefined;
    const lobbyist = await TestUser.join(two, { room: 'lobby' });
    expect(await outcome(two, 'rules', { token: lobbyist.token, room: 'lobby', owner, slow: 5 })).toBe('ok');
  });

  it('is written down, the newest first, with who and how long', async () => {
    const { acts } = await host.figures(two);
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

  it('on a person removes its messages from one room; the list of acts does not name it', async () => {
    const user = await TestUser.join(two, { room: 'spoilt', name: 'Rude Rudi' });
    await user.send('gone soon');
    for (const bad of [
      { act: 'erase', on: 'spoilt' },
      { act: 'erase', on: 'spoilt', name: ' ' },
    ])
      expect((await host.post('/admin/act', bad)).status).toBe(400);
    expect(await host.act({ act: 'erase', on: 'spoilt', name: 'rude rudi' })).toEqual({
      ok: true,
      users: 1,
      more: false,
    });
    expect(JSON.stringify(await user.ask('history'))).not.toContain('gone soon');
    const { acts } = await host.figures(two);
    expect(acts[0]).toMatchObject({ act: 'erase', on: 'spoilt' });
    expect(JSON.stringify(acts)).not.toMatch(/rudi/i);
  });

  it('the rooms are listed for the host alone', async () => {
    const listed = await fetch(`${two}/admin/rooms?search=spoilt`, { headers: host.headers });
    expect(await listed.json()).toMatchObject({ ok: true, rooms: [{ name: 'spoilt', members: 1 }], more: false });
    expect((await fetch(`${two}/admin/rooms`)).status).toBe(401);
    expect((await fetch(`${two}/admin/rooms?search=%2A`, { headers: host.headers })).status).toBe(400);
  });

  it('is refused with a clear error while Redis is full, and nothing of it is done', async () => {
    const { off, acts } = await host.figures();
    await limitMemory(redis, 1_000_000);
    for (const body of [
      { act: 'origin_off', on: 'https://full.example' },
      { act: 'address_off', on: '198.51.100.70', seconds: 60 },
      { act: 'room_off', on: 'full' },
      { act: 'own', on: 'full' },
    ]) {
      const refused = await host.post('/admin/act', body);
      expect({ body, status: refused.status, reply: await refused.json() }).toEqual({
        body,
        status: 503,
        reply: { ok: false, message: 'This failed: Redis is away, or refuses it.' },
      });
    }
    await limitMemory(redis, 0);
    await until(async () => (await fetch(`${one}/health`)).ok, 'all is well again');
    expect(await host.figures()).toMatchObject({ off, acts });
    expect(await outcome(one, 'join', { room: 'full' })).toBe('ok');
    expect(await host.act({ act: 'room_off', on: 'full' })).toEqual({ ok: true });
  });
});

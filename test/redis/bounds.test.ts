/** Every script has a bound on what one call of it touches, however full the structures are: counted, at their limits. */
import { readdirSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect } from 'vitest';
import { finishForgetting } from '../../apps/worker/jobs/forget.js';
import { PENDING_BYTES, PENDING_PER_USER_MAX, PRIVATE_ROOMS_MAX } from '../../shared/protocol/limits.js';
import { ForgetBudget } from '../../shared/store/forget.js';
import { touch } from '../../shared/store/inboxes.js';
import { parseToken } from '../../shared/store/tokens.js';
import { leave } from '../../shared/store/user-end.js';
import { fillInbox, fillLog, fillPrivateRooms, fillRules, LARGEST } from '../support/filled.js';
import { partsWith } from '../support/fixtures/parts.js';
import { openPart } from '../support/parts.js';
import type { Person } from '../support/people.js';
import { startOneRedis, wipe } from '../support/redis.js';
import type { Scene } from '../support/scene.js';
import { countTouched, type Touched } from '../support/touched.js';
import { until } from '../support/until.js';

/** The most that one call of any script may touch. The largest delivers half a MB, counted as given and as read. */
const MOST: Touched = { values: 4_500, bytes: 2_097_152 };
/** Values of an attach that is held: the names of all rooms of its user. */
const ROOMS = 6_000;
/** A log of the largest messages. */
const FULL = 1_000;

const it = partsWith({ SHARDS: '1' }).extend('start', { scope: 'file' }, () => startOneRedis);
let scene: Scene, most: () => Promise<Record<string, Touched>>, anna: Person;

it.beforeAll(({ scene: given }) => {
  scene = given;
  most = countTouched(scene.part.store);
  countTouched(scene.worker.store);
});
it.afterEach(async () => {
  const touched = await most();
  const over = Object.entries(touched).filter(
    ([name, { values, bytes }]) => values > (name === 'attach' ? ROOMS : MOST.values) || bytes > MOST.bytes,
  );
  expect(over).toEqual([]);
  await wipe(scene.part.store.redis);
});

const enter = async (room: string, name?: string): Promise<Person> =>
  (await scene.join(room, name === undefined ? {} : { name })).person;
const somebody = { id: 999_999, name: 'Somebody' };

it('every script says what its bound is', () => {
  const folder = new URL('../../shared/store/lua/', import.meta.url);
  const isScript = (file: string): boolean => file.endsWith('.lua') && !file.startsWith('parts/');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isScript);
  expect(files.filter((file) => !/^-- Bound: /m.test(readFileSync(new URL(file, folder), 'utf8')))).toEqual([]);
});

describe('a log that is full', () => {
  it('of what is for others alone is passed over in bounded calls, and history says where to go on', async () => {
    const { part } = scene;
    anna = await enter('r');
    await anna.send(part, 'oldest');
    await fillLog(part.store, 'r', { count: FULL, from: () => somebody, only: somebody.id });
    const pages = [];
    for (let before: string | undefined; ; ) {
      const page = await anna.act('history', { before });
      pages.push(page);
      if (page.events.length > 0) break;
      expect(page).toMatchObject({ more: true, before: expect.stringMatching(/^\d+-\d+$/) });
      before = String(page.before);
    }
    expect(pages.at(-1)?.events.map(({ text }) => text)).toContain('oldest');
    expect(pages.at(-1)).not.toHaveProperty('before');
    expect(pages.length).toBeLessThan(6);
    expect((await scene.join('r')).room.history.map(({ type }) => type)).toEqual(['joined']);
  });

  it('is read by its members in pages', async () => {
    anna = await enter('r');
    await fillLog(scene.part.store, 'r', { count: FULL, from: () => somebody });
    expect((await anna.act('history', { limit: 100 })).events.length).toBeGreaterThan(4);
    expect(await anna.act('clear')).toEqual({ ok: true });
  });

  it('of what is undelivered is delivered, in many rooms together', async () => {
    const { part, worker } = scene;
    const rooms = Array.from({ length: 32 }, (_, i) => `r${i}`);
    const people = await Promise.all(rooms.map((room) => enter(room)));
    for (const room of rooms) await fillLog(part.store, room, { count: 40, from: () => somebody }, true);
    expect(await worker.fanOut.advanceRooms(rooms)).toEqual([]);
    const { keys, redis } = part.store;
    await until(async () => (await redis.zcard(keys.dirty(0))) === 0, 'all is delivered');
    for (const person of people) expect((await person.poll(part)).events.length).toBeGreaterThan(0);
  });
});

describe('a log that is full, and what a user has said in it', () => {
  /** The size of the append-only file, with all that was written before. */
  const written = async (): Promise<number> => {
    const persistence = (): Promise<string> => scene.part.store.redis.info('persistence');
    await until(async () => /aof_buffer_length:0\b/.test(await persistence()), 'the file');
    return Number(/aof_current_size:(\d+)/.exec(await persistence())?.[1]);
  };
  const finish = (age = -1) =>
    finishForgetting(scene.part.store, 60_000, () => undefined, { abandonedMs: age, rewriteMs: age });
  const underWay = () => scene.part.store.redis.hkeys(scene.part.store.keys.forgetting(0));
  const count = async (room: string): Promise<number> =>
    (await scene.part.store.redis.xrange(scene.part.store.keys.log(room), '-', '+')).filter(([, fields]) =>
      fields.join().includes('"text"'),
    ).length;

  it('goes with a ban or a leave in bounded steps, and little is written for it', async () => {
    const {
      part,
      part: { store },
    } = scene;
    anna = await enter('r', 'Anna');
    const [bert, carl] = [await enter('r', 'Bert'), await enter('r', 'Carl')];
    const names = [{ id: bert.id, name: 'Bert' }, { id: carl.id, name: 'Carl' }, somebody];
    await fillLog(store, 'r', { count: FULL, from: (i) => names[i % 3] ?? somebody });
    const before = await written();
    await anna.act('ban', { user: bert.id, seconds: 60, messages: true });
    await part.call('leave', { token: carl.token, forget: true });
    expect(await count('r')).toBe(Math.floor(FULL / 3));
    expect((await written()) - before).toBeLessThan(100_000);
    await finish();
    expect(await underWay()).toEqual([]);
    expect(await count('r')).toBe(Math.floor(FULL / 3));
  });

  it('is left to a worker where it is more than one request should do', async () => {
    const {
      part,
      part: { store },
    } = scene;
    anna = await enter('r0', 'Anna');
    for (const room of ['r1', 'r2']) {
      await part.call('enter', { token: anna.token, room });
      await fillLog(store, room, { count: FULL / 2, from: (i) => (i % 2 ? { id: anna.id, name: 'Anna' } : somebody) });
    }
    await leave(store, parseToken(anna.token), new ForgetBudget(4));
    expect(await underWay()).toEqual(
      expect.arrayContaining([`${anna.id} all r1`, `${anna.id} all r2`, 'renew r1', 'renew r2']),
    );
    await finish(60_000); // too young
    expect(await underWay()).toHaveLength(7); // what she may have said until she was out is looked for, too
    await finish();
    await finish(); // a log that was written anew before the last was deleted in it
    expect(await underWay()).toEqual([]);
    for (const room of ['r1', 'r2']) expect(await count(room)).toBe(FULL / 4);
  });
});

describe('inboxes that are full', () => {
  it('lose their oldest in bounded calls, also all of a room at once', async () => {
    const {
      part: { store },
      worker,
    } = scene;
    const people = await Promise.all(Array.from({ length: 30 }, () => enter('r')));
    for (const [i, { id }] of people.entries()) {
      await fillInbox(store, id, i % 2 === 0 ? 900 : 40, i % 2 === 0 ? 500 : 12_000);
      await store.redis.hset(store.keys.attached(0), id, 'none:p:1');
    }
    await fillLog(store, 'r', { count: 5, from: () => somebody }, true);
    await worker.fanOut.advanceRoom('r');
    for (const { id } of people)
      expect(await store.redis.memory('USAGE', store.keys.inbox(id), 'SAMPLES', 0)).toBeLessThan(
        store.config.inboxBytes * 1.1,
      );
  });

  it('are given in pages, and read again after a failover for some users at a time', async () => {
    const {
      part,
      part: { store },
    } = scene;
    const people = await Promise.all(Array.from({ length: 40 }, () => enter('r')));
    const touches = [];
    for (const { id } of people) {
      await fillInbox(store, id, 400, 400);
      await store.redis.hset(store.keys.attached(0), id, 'live:p:1');
      await store.redis.hset(store.keys.user(id), 'lineage', 'former');
      touches.push({ id, n: 1, acked: { count: 250, eventId: '1700000000000-249', digest: Number.NaN }, letGo: false });
    }
    const { gone } = await touch(store, 0, 'p', touches);
    expect(gone.length).toBeGreaterThan(20);
    expect(gone.length).toBeLessThan(40);
    expect((await people.find(({ id }) => gone.includes(id))?.poll(part))?.events).toHaveLength(100);
  });
});

describe('a user in thousands of private rooms', () => {
  beforeEach(async () => {
    anna = await enter('r', 'Anna');
    await fillPrivateRooms(scene.part.store, { id: anna.id, name: 'Anna' }, PRIVATE_ROOMS_MAX - 1);
  });

  it('polls, and speaks in its only public room without naming it', async () => {
    const { part } = scene;
    expect((await part.call('send', { token: anna.token, text: 'x' })).id).toBeDefined();
    expect((await anna.poll(part, 0.05)).events).toEqual([]);
    await part.call('enter', { token: anna.token, room: 'second' });
    await expect(part.call('send', { token: anna.token, text: 'x' })).rejects.toMatchObject({
      message: 'You are in 2 rooms. Give room.',
    });
    await part.call('exit', { token: anna.token, room: 'r' });
    await part.call('send', { token: anna.token, text: 'y' });
    expect(part.requested.at(-1)).toBe('second');
  });

  it('renames and leaves: nothing is asked of private rooms for a rename, and nobody is told in any', async () => {
    const { part } = scene;
    const bert = await enter('r', 'Bert');
    await part.call('send', { token: bert.token, to: anna.id, text: 'hi' });
    part.requested.length = 0;
    await part.call('rename', { token: anna.token, name: 'Anne' });
    const pair = `${anna.id}:${bert.id}`;
    expect((await part.call('members', { token: bert.token, room: pair })).members).toEqual([
      { id: anna.id, name: 'Anne' },
      { id: bert.id, name: 'Bert' },
    ]);
    await part.call('leave', { token: anna.token });
    expect(new Set(part.requested)).toEqual(new Set(['r']));
    expect((await part.call('members', { token: bert.token, room: pair })).members).toEqual([
      { id: bert.id, name: 'Bert' },
    ]);
  });
});

describe('a room whose rules are full', () => {
  beforeEach(async () => {
    anna = await enter('r', 'Anna');
    await fillRules(scene.part.store, 'r', somebody);
  });

  it('gives what waits in pages, and approves the last of it', async () => {
    const { messages, more } = await anna.act('held');
    expect((messages as object[]).length).toBeLessThan(10);
    expect(more).toBe(true);
    expect(await anna.act('audit')).toMatchObject({ held: 100 });
    await anna.act('approve', { id: '1700000000000-100' });
    await anna.act('rules', { slow: 1 });
  });

  it("has a hundred roles at most, however many bring the owner's token", async () => {
    const owner = String((await scene.join('owned')).owner);
    for (let i = 0; i < 120; i += 1) await scene.join('owned', { owner });
    const fields = await scene.part.store.redis.hkeys(scene.part.store.keys.rules('owned'));
    expect(fields.filter((field) => field.startsWith('role:'))).toHaveLength(100);
    const last = await scene.join('owned', { owner });
    await scene.part.call('rules', { token: last.person.token, room: 'owned', owner, readonly: true });
    await scene.part.call('send', { token: last.person.token, room: 'owned', owner, text: 'as its owner' });
  });
});

describe('what waits in a room, when all send the largest messages', () => {
  const lines = (list: 'pending' | 'delayed'): Promise<string[]> =>
    scene.part.store.redis.lrange(scene.part.store.keys[list]('r'), 0, -1);
  const sum = (texts: string[]): number => texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);
  const send = ({ token }: Person, what: object) => scene.part.call('send', { token, room: 'r', ...what });
  /** Under a rule of Anna's, one user says a short thing, and a dozen as much as they may. */
  async function fill(rules: object): Promise<Person[]> {
    anna = await enter('r', 'Anna');
    await anna.act('rules', rules);
    await send(await enter('r'), { text: 'short' });
    const dozen = await Promise.all(Array.from({ length: 12 }, () => enter('r')));
    for (let i = 0; i < PENDING_PER_USER_MAX; i += 1)
      for (const one of dozen) await send(one, LARGEST).catch(isRefused);
    return dozen;
  }
  const isRefused = (error: unknown) => expect(error).toMatchObject({ code: 'rate_limited' });

  it('for approval is bounded in bytes: the user with the most loses its oldest, a short message stays', async () => {
    const [first] = await fill({ hold: 'all' });
    const waiting = await lines('pending');
    expect(sum(waiting)).toBeLessThanOrEqual(PENDING_BYTES);
    const own = waiting.filter((line) => line.includes(`"from":{"id":${first?.id},`));
    expect(sum(own)).toBeLessThan(PENDING_BYTES / 10 + sum(own.slice(-1)));
    expect(waiting[0]).toContain('"short"');
    expect(await anna.act('approve', { id: waiting.at(-1)?.split(' ')[0] })).toMatchObject({ ok: true });
    await scene.part.call('leave', { token: first?.token, forget: true });
    expect(await lines('pending')).toHaveLength(waiting.length - own.length - 1);
  });

  it('for its time is bounded in bytes, and more is refused until then', async () => {
    await fill({ delay: 60 });
    expect(sum(await lines('delayed'))).toBeLessThanOrEqual(PENDING_BYTES);
  });
});

it('what costs more than may come at once is paid for afterwards', async () => {
  const part = await openPart(scene.redis.url, { RATE_LIMITS: 'on', SEND_RATE: '5', SHARDS: '1' });
  anna = await enter('r0', 'Anna');
  for (let i = 1; i < 100; i += 1) await scene.part.call('enter', { token: anna.token, room: `r${i}` });
  await part.call('rename', { token: anna.token, name: 'Anne' }); // 100 rooms: ten times four messages, twice what may come at once
  const refused = await part
    .call('send', { token: anna.token, room: 'r0', text: 'x' })
    .catch((error: { details: { retryAfter: number } }) => error);
  expect(refused).toMatchObject({ code: 'rate_limited' });
  expect((refused as { details: { retryAfter: number } }).details.retryAfter).toBeGreaterThan(4);
  await part.close();
});

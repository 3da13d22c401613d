/** Outgoing hooks in trouble: every message comes once, or is told as given up. */
import { describe, expect } from 'vitest';
import { compareIds } from '../../shared/protocol/events.js';
import { type HookState, readHookWork, settleHook } from '../../shared/store/hooks-out.js';
import { age } from '../support/aged.js';
import { bothPlans, freshRoom, partsWith } from '../support/fixtures/parts.js';
import { HOOKS_ON, HooksWorld } from '../support/hooks-world.js';
import { until } from '../support/until.js';

const HOUR_MS = 3_600_000;
const names = (count: number, word = 'text') => Array.from({ length: count }, (_, i) => `${word} ${i}`);

describe.for(bothPlans(HOOKS_ON))('a hook (%s)', ([, it]) => {
  let world: HooksWorld;
  let id: string;
  it.beforeEach(async ({ scene }) => {
    world = await HooksWorld.open(scene, freshRoom());
    ({ id } = await world.add());
  });
  it.afterEach(() => world.close());

  const state = async (): Promise<HookState> => {
    const { keys, redis } = world.scene.part.store;
    return JSON.parse((await redis.hget(keys.rules(world.room), `outState:${id}`)) ?? '{}');
  };

  it('sends each message once and in order when its receiver comes back, and says meanwhile what is wrong', async () => {
    await world.say('first');
    await world.work();
    await world.receiver.down();
    const texts = names(60);
    await world.say(...texts);
    await world.later(3);
    const [down] = await world.list();
    expect(down).toMatchObject({
      error: { message: 'Nobody listens at the address of the receiver.' },
      waiting: 60,
    });
    await world.receiver.up();
    world.receiver.answer = 503;
    await world.later();
    expect((await world.list())[0]?.error?.message).toBe('The receiver answered 503.');
    world.receiver.answer = 200;
    await world.later(6);
    expect(world.receiver.texts).toEqual(['first', ...texts]);
    const [up] = await world.list();
    expect([up?.error, up?.waiting, up?.missed]).toEqual([undefined, 0, undefined]);
    expect(await world.audit()).toHaveLength(1);
    expect(world.counts).toMatchObject({ failed: 4 });
  });

  it('waits longer after each failure, and as long as its receiver asks', async () => {
    const { keys, redis } = world.scene.part.store;
    const hooks = keys.hooksOut(keys.roomShard(world.room));
    const pause = async () => Number(await redis.zscore(hooks, `${world.room} ${id}`)) - Date.now();
    world.receiver.answer = 500;
    await world.say('text');
    let former = 0;
    for (let failure = 0; failure < 6; failure += 1) {
      await world.later();
      expect(await pause()).toBeGreaterThan(former * 1.5);
      former = await pause();
    }
    world.receiver.answer = (response) => response.writeHead(429, { 'retry-after': '1800' }).end();
    await world.later();
    expect(await pause()).toBeGreaterThan(1_700_000);
    world.receiver.answer = (response) => response.writeHead(429, { 'retry-after': '99999999' }).end();
    await world.later();
    expect(await pause()).toBeLessThan(1.2 * HOUR_MS);
  });

  it('gives up what is older than an hour, and tells receiver, list and audit log', async () => {
    world.receiver.answer = 500;
    await world.say('old one', 'old two');
    await world.later();
    await age(world.scene.part.store, world.room, HOUR_MS + 60_000);
    const { keys, redis } = world.scene.part.store;
    await redis.hset(keys.rules(world.room), `outAt:${id}`, '0-0 0 0');
    await world.say('new');
    await world.later(2);
    expect(await world.list()).toMatchObject([{ missed: 2 }]);
    world.receiver.answer = 200;
    await world.later(2);
    expect(world.receiver.texts).toEqual(['new']);
    expect(JSON.parse(world.receiver.all.at(-1)?.body ?? '')).toMatchObject({ missed: 2 });
    expect((await world.audit()).slice(1)).toMatchObject([
      { by: 0, hook: id, missed: 2 },
      { by: 0, hook: id, missed: 2 },
    ]);
    expect(world.counts.given_up).toBe(2);
    await world.say('next');
    await world.later();
    expect(JSON.parse(world.receiver.all.at(-1)?.body ?? '').missed).toBeUndefined();
  });

  it('gives up a message that its receiver refuses, after some tries, and no other', async () => {
    await world.receiver.down();
    await world.say('fine', 'poison', 'good', 'better');
    await world.later();
    await world.receiver.up();
    world.receiver.answer = (response, received) => {
      received.status = received.body.includes('poison') ? 400 : 200;
      response.writeHead(received.status).end();
    };
    await world.later(9);
    expect(world.receiver.texts).toEqual(['fine', 'good', 'better']);
    expect(world.receiver.all.filter(({ status }) => status === 400)).toHaveLength(5);
    expect(await world.list()).toMatchObject([{ missed: 1, waiting: 0 }]);
    expect((await world.audit()).slice(1)).toMatchObject([{ missed: 1 }, { missed: 1 }]);
  });

  it('follows no redirect', async () => {
    world.receiver.answer = (response) => response.writeHead(307, { location: `${world.receiver.url}/other` }).end();
    await world.say('text');
    await world.later(2);
    expect(world.receiver.all.map(({ path }) => path)).toEqual(['/hook', '/hook']);
    expect((await world.list())[0]?.error?.message).toBe('The receiver answered 307, and hooks follow no redirects.');
  });

  it('ends when its receiver is gone, and goes on from then on when its owner says so', async () => {
    world.receiver.answer = 410;
    await world.say('one');
    await world.work();
    await world.say('two');
    await world.later(2);
    expect(world.receiver.all).toHaveLength(1);
    expect(await world.list()).toMatchObject([{ ended: 'gone' }]);
    expect((await world.audit()).at(-1)).toMatchObject({ by: 0, hook: id, ended: 'gone' });
    world.receiver.answer = 200;
    await world.anna.act('hook', { id, on: true });
    await world.say('three');
    await world.later();
    expect(world.receiver.texts).toEqual(['three']);
    const [hook] = await world.list();
    expect([hook?.ended, hook?.error]).toEqual([undefined, undefined]);
  });

  it('ends when it has failed for three days', async () => {
    world.receiver.answer = 500;
    await world.say('text');
    await world.later();
    const { keys, redis } = world.scene.part.store;
    const long = { ...(await state()), failingSince: Date.now() - 73 * HOUR_MS };
    await redis.hset(keys.rules(world.room), `outState:${id}`, JSON.stringify(long));
    await world.later();
    expect(await world.list()).toMatchObject([{ ended: 'dead' }]);
    expect((await world.audit()).at(-1)).toMatchObject({ by: 0, ended: 'dead' });
    expect(await world.work()).toBe(0);
  });

  it('sends no message out of order or never when two workers serve it at a time', async () => {
    const texts = names(120);
    const serve = async () => {
      while ((await world.list())[0]?.waiting) await world.hooks.run({ room: world.room, id });
    };
    await world.say(...texts.slice(0, 60));
    const both = Promise.all([serve(), serve()]);
    await world.say(...texts.slice(60));
    await both;
    await world.later(3);
    const letters = world.receiver.all.map(({ body }) => JSON.parse(body).events as { id: string; text: string }[]);
    const seen = new Map(letters.flat().map((event) => [event.id, event.text]));
    const inOrder = [...seen].sort(([a], [b]) => compareIds(a, b)).map(([, text]) => text);
    expect(inOrder).toEqual(texts);
    for (const letter of letters) expect(letter).toEqual(letter.toSorted((a, b) => compareIds(a.id, b.id)));
  });

  it('that looks while something is said looks again, and is not put back by a worker that was slower', async () => {
    const { store } = world.scene.worker;
    const read = async () => (await readHookWork(store, world.room, id, Date.now())) ?? expect.fail();
    const idle = await read();
    await world.say('meanwhile');
    expect(await settleHook(store, idle, { position: idle.end, state: {}, pause: null })).toBe(true);
    const slow = await read();
    await world.later();
    const before = await world.list();
    expect(await settleHook(store, slow, { position: slow.position, state: { missed: 9 }, pause: 60_000 })).toBe(false);
    expect(await world.list()).toEqual(before);
    expect(world.receiver.texts).toEqual(['meanwhile']);
  });

  it('that is removed while its letter is under way leaves nothing behind', async () => {
    let finish = (): void => undefined;
    world.receiver.answer = (response) => {
      finish = () => void response.end();
    };
    await world.say('text');
    const working = world.work();
    await until(() => world.receiver.all.length === 1, 'the letter');
    await world.anna.act('hook', { id, on: false });
    finish();
    await working;
    const { keys, redis } = world.scene.part.store;
    expect(await redis.hget(keys.rules(world.room), `outState:${id}`)).toBeNull();
    expect(await redis.zscore(keys.hooksOut(keys.roomShard(world.room)), `${world.room} ${id}`)).toBeNull();
  });

  it('takes no more of an answer than its beginning', async () => {
    let written = 0;
    world.receiver.answer = (response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) written += 65_536;
      };
      response.on('drain', more).on('error', () => undefined);
      more();
    };
    await world.say('text');
    await world.later();
    await until(() => world.receiver.all.length === 1, 'the letter');
    expect((await world.list())[0]?.sentAt).toBeDefined();
    expect(written).toBeLessThan(20_000_000);
  });
});

const slow = partsWith(HOOKS_ON);
slow('new hooks whose receivers are slow leave places for those that work', async ({ scene }) => {
  const good = await HooksWorld.open(scene, freshRoom());
  await good.add();
  await good.say('first');
  await good.work();
  const slowOnes: HooksWorld[] = [];
  for (let i = 0; i < 20; i += 1) {
    const world = await HooksWorld.open(scene, freshRoom());
    world.receiver.answer = () => undefined;
    await world.anna.act('hook', { url: world.receiver.url });
    await world.say('text');
    slowOnes.push(world);
  }
  const working = good.later(); // it takes all hooks of the file, those of the slow ones too
  await until(() => slowOnes.filter(({ receiver }) => receiver.all.length > 0).length === 16, 'their letters');
  await good.say('second');
  await good.work();
  expect(good.receiver.texts).toEqual(['first', 'second']);
  await working;
  for (const world of [good, ...slowOnes]) await world.close();
});

slow('a receiver that answers byte by byte has as long as all others', async ({ scene }) => {
  const world = await HooksWorld.open(scene, freshRoom());
  await world.add();
  world.receiver.answer = (response) => {
    const socket = response.socket;
    socket?.write('HTTP/1.1 200 OK\r\nx-');
    const timer = setInterval(() => socket?.write('a'), 100);
    socket?.on('close', () => clearInterval(timer)).on('error', () => undefined);
  };
  await world.say('text');
  await world.work();
  expect((await world.list())[0]?.error?.message).toBe('The receiver did not answer within 1 s.');
  await world.close();
});

const short = partsWith({ ...HOOKS_ON, HISTORY: '10' });
short('messages that leave the log before their hook gets to them are told as given up', async ({ scene }) => {
  const world = await HooksWorld.open(scene, freshRoom());
  await world.add();
  await world.say('first');
  await world.work();
  await world.receiver.down();
  const texts = names(500);
  await world.say(...texts);
  await world.later();
  await world.receiver.up();
  await world.later(30);
  const [, ...got] = world.receiver.texts;
  expect(got).toEqual(texts.slice(-got.length));
  expect(got.length).toBeLessThan(300);
  expect(await world.list()).toMatchObject([{ missed: texts.length - got.length, waiting: 0 }]);
  await world.close();
});

/**
 * The chat on a Redis Cluster of three masters and three replicas, in real processes: all of it works, and goes on when
 * masters go.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import type { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkRedis } from '../../shared/preflight/preflight.js';
import { CircuitBreaker, CircuitOpen } from '../../shared/redis/circuit-breaker.js';
import { connectWorker, firstConnect } from '../../shared/redis/connect.js';
import { connectStore } from '../../shared/store/connect.js';
import { Keys } from '../../shared/store/keys.js';
import { fetchText } from '../support/client.js';
import { startCluster, type TestCluster } from '../support/cluster.js';
import { patiently } from '../support/patiently.js';
import { startSystem, type TestSystem } from '../support/processes.js';
import { refusal } from '../support/refusal.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const SHARDS = 64;
const QUEUES = Array.from({ length: 8 }, (_, number) => `fanout-${number}`);
const ADMIN = { headers: { Authorization: `Basic ${btoa(':x')}` } };
const keys = new Keys(SHARDS);
let cluster: TestCluster;
let system: TestSystem;

beforeAll(async () => {
  cluster = await startCluster({ auth: { user: 'chat', password: 's3cr+t' } });
  system = await startSystem({ apis: 2, redis: cluster, env: { ADMIN_PASSWORD: 'x', SEND_RATE: 100, REDIS_WAIT: 1 } });
});
afterAll(async () => {
  await system.stop();
  await cluster.stop();
});

/** People in a room of their own, each following it. */
async function people(count: number, room: string) {
  const users = await Promise.all(Array.from({ length: count }, () => TestUser.join(system.urls, { room })));
  return users.map((user) => ({ user, follower: user.follow() }));
}

interface QueueView {
  name: string;
  counts: Record<string, number>;
}

/**
 * The queues as the host's board shows them. Undefined while the board cannot reach Redis: it answers with an error.
 */
async function queues(): Promise<QueueView[] | undefined> {
  const response = await fetch(`${system.urls[0]}/admin/queues/api/queues`, ADMIN);
  return ((await response.json()) as { queues?: QueueView[] }).queues;
}

/** A room whose jobs go to that queue. */
function roomOf(queue: string): string {
  for (let number = 0; ; number += 1)
    if (QUEUES[crc32(`queued-${number}`) % QUEUES.length] === queue) return `queued-${number}`;
}

type People = Awaited<ReturnType<typeof people>>;

/** Everybody has these texts, once and in this order. */
async function haveAll(everybody: People, texts: string[]): Promise<void> {
  await until(() => everybody.every(({ follower }) => follower.texts().length >= texts.length), 'all messages', 20_000);
  for (const { follower } of everybody) expect(follower.texts()).toEqual(texts);
}

const stopAll = (everybody: People) => Promise.all(everybody.map(({ follower }) => follower.stop()));

describe('on a cluster', () => {
  it('messages come to everybody, in order, through all processes and masters', async () => {
    const everybody = await people(12, 'all');
    const texts = Array.from({ length: 24 }, (_, number) => `${number}`);
    for (const [number, text] of texts.entries()) await everybody[number % 12]?.user.sendSurely(text);
    await haveAll(everybody, texts);
    await stopAll(everybody);
  });

  it('private messages, edits, signals, names and what an owner does work', async () => {
    const [anna, bert] = [
      await TestUser.join(system.urls, { name: 'Anna', room: 'own' }),
      await TestUser.join(system.urls, { room: 'own' }),
    ];
    const follower = bert.follow();
    expect(await refusal(TestUser.join(system.urls, { name: 'anna', room: 'own' }))).toMatchObject({
      code: 'name_taken',
    });
    await anna.send({ text: 'for you', to: bert.id });
    await until(() => follower.texts().includes('for you'), 'the private message');
    const { id } = await anna.send({ text: 'helo', room: 'own' });
    await anna.ask('edit', { room: 'own', id, text: 'hello' });
    await until(() => follower.events.some(({ edited, text }) => edited === id && text === 'hello'), 'the edit');
    await anna.ask('unsay', { room: 'own', id });
    await until(() => follower.events.some(({ removed }) => removed === id), 'that it is taken back');
    await until(async () => {
      await anna.ask('signal', { room: 'own', data: 1 });
      return follower.signals.length > 0;
    }, 'a signal');
    const { owner } = anna.joined as unknown as { owner: string };
    await anna.ask('kick', { room: 'own', owner, user: bert.id });
    expect(await refusal(bert.send({ text: 'still here', room: 'own' }))).toMatchObject({ code: 'not_in_room' });
    await follower.stop();
  });

  it('posts from outside and webhooks come to everybody, and a moderator can ban who posts', async () => {
    const anna = await TestUser.join(system.urls, { name: 'Anna', room: 'posts' });
    const follower = anna.follow();
    const { path } = await anna.ask<{ path: string }>('incoming', { room: 'posts', name: 'CI' });
    const post = async (where: string, text: string) =>
      (await fetch(`${system.urls[0]}${where}`, { method: 'POST', body: text })).status;
    expect([await post('/r/posts?name=build', 'posted'), await post(path, 'hooked')]).toEqual([200, 200]);
    await until(() => follower.texts().length === 2, 'both');
    expect(follower.texts()).toEqual(['posted', 'hooked']);
    const [from] = follower.events.flatMap((event) => (event.text === 'posted' ? event.from : []));
    await anna.ask('ban', { room: 'posts', user: from?.id, seconds: 60 });
    expect(await post('/r/posts?name=other', 'again')).toBe(403);
    await follower.stop();
  });

  it('reactions come to everybody, those that wait by a worker', async () => {
    const everybody = await people(6, 'reactions');
    const line = await everybody[0]?.user.send({ text: 'hi', room: 'reactions' });
    const reaction = { room: 'reactions', id: line?.id, emoji: '👍' };
    for (const { user } of everybody) await patiently(() => user.ask('react', reaction));
    const last = ({ follower }: People[number]) => follower.events.findLast(({ type }) => type === 'reacted');
    await until(() => everybody.every((one) => last(one)?.reactions?.[0]?.count === 6), 'all reactions', 20_000);
    await stopAll(everybody);
  });

  it('jobs go through several queues, and the figures are those of all', async () => {
    expect((await queues())?.map(({ name }) => name).sort()).toEqual([...QUEUES, 'upkeep']);
    const figures = async () => (await fetch(`${system.urls[0]}/metrics`, ADMIN)).text();
    await until(
      async () => /chat_fanout_events_total [1-9]/.test(await figures()),
      'the worker has written its figures',
    );
  });

  it('is refused with another number of shards, or without the word cluster', async () => {
    await expect(checkRedis(cluster.url, 16)).rejects.toThrow(
      'SHARDS=16 is not allowed: this Redis holds data that was made with SHARDS=64.',
    );
    const [one] = cluster.nodes;
    const plain = `redis://chat:s3cr+t@127.0.0.1:${one?.port}`;
    await expect(checkRedis(plain, 1)).rejects.toThrow(
      `(redis://127.0.0.1:${one?.port}) cannot be used: it is a Redis Cluster: add ?cluster=true to its address.`,
    );
  });

  it('slots move while people talk, and nothing is lost, doubled or out of order', async () => {
    const everybody = await people(6, 'moving');
    const texts: string[] = [];
    const moves = moveAll([keys.room('moving'), ...everybody.map(({ user }) => keys.user(user.id))]);
    for (let number = 0; number < 40; number += 1) {
      texts.push(`${number}`);
      await everybody[number % 6]?.user.sendSurely(`${number}`);
    }
    await moves;
    await haveAll(everybody, texts);
    await stopAll(everybody);
  });

  it('what was asked of a master that is away is not done when it is back, once it was said to have failed', async () => {
    const master = await cluster.ownerOf('asked');
    const away = [master, ...(await cluster.replicasOf(master))];
    const redis = connectStore(cluster.url).on('error', () => undefined) as Cluster;
    await firstConnect(redis);
    await redis.rpush('asked', 'before');
    await Promise.all(away.map((node) => node.kill()));
    await expect(redis.rpush('asked', 'meanwhile')).rejects.toThrow();
    await Promise.all(away.map((node) => node.restart()));
    await cluster.whole();
    // longer than the client's pause before it tries again
    await until(async () => (await redis.rpush('asked', 'after').catch(() => 0)) > 50, 'many more');
    expect(await redis.lrange('asked', 0, -1)).not.toContain('meanwhile');
    redis.disconnect();
  });

  it('a connection of the queues that is made anew while the cluster is not whole yet says when it is there: BullMQ waits for that', async () => {
    const redis = connectWorker(cluster.url).on('error', () => undefined);
    await firstConnect(redis);
    redis.disconnect();
    await Promise.all(cluster.nodes.map((node) => node.kill()));
    await Promise.all(cluster.nodes.map((node) => node.restart())); // in its first two seconds a master takes nothing
    let settled = false;
    void redis
      .connect()
      .catch(() => undefined)
      .then(() => {
        settled = true;
      });
    await cluster.whole();
    await until(() => settled, 'it is there', 10_000);
    redis.disconnect();
  });

  it('a queue whose master was away is worked on when it is back: no job is left to the sweep', async () => {
    await cluster.kill(); // whether BullMQ connects anew while it comes back is chance: the test before this one leaves nothing to it
    await cluster.restart();
    const user = await patiently(() => TestUser.join(system.urls, { room: 'lobby' }));
    for (const name of QUEUES) await patiently(() => user.ask('enter', { room: roomOf(name) }));
    const idle = ({ counts: { waiting, active } }: QueueView): boolean => waiting === 0 && active === 0;
    await until(async () => (await queues())?.every(idle) === true, 'all jobs are done', 30_000);
  });

  it('a master that goes on after it hung is not relied on at once: it may not know yet that it is none any more', async () => {
    const redis = connectStore(cluster.url).on('error', () => undefined);
    await firstConnect(redis);
    const patience = new CircuitBreaker(redis);
    const ask = (work: () => Promise<string>): Promise<string> =>
      patience
        .run('asked', work)
        .catch((error: unknown) => (error instanceof CircuitOpen ? 'away' : Promise.reject(error)));
    const hung = sleep(1_500);
    expect(await ask(() => hung.then(() => 'late'))).toBe('away');
    await hung.then(() => sleep(50)); // it has answered
    expect(await ask(() => Promise.resolve('stale'))).toBe('away');
    await until(async () => (await ask(() => Promise.resolve('fresh'))) === 'fresh', 'it is relied on again');
    redis.disconnect();
  });

  it('with REDIS_WAIT, what no replica has comes to nobody before one has it', async () => {
    const everybody = await people(2, 'kept');
    const [anna, bert] = everybody;
    const replicas = await cluster.replicasOf(await cluster.ownerOf(keys.room('kept')));
    for (const replica of replicas) replica.pause();
    const message = { text: 'kept', id: 'kept' };
    expect(await refusal(Promise.resolve(anna?.user.send(message)))).toMatchObject({ code: 'unavailable' });
    await sleep(500);
    expect(bert?.follower.texts()).toEqual([]);
    for (const replica of replicas) replica.resume();
    await anna?.user.sendSurely(message);
    await haveAll(everybody, ['kept']);
    await stopAll(everybody);
    await cluster.whole();
  });

  it('a master is killed while people talk: who is elsewhere talks on meanwhile, and all have everything', async () => {
    const everybody = await people(12, 'failing');
    const victim = await cluster.ownerOf(keys.room('failing')); // of a third of the users, too
    const [lucky, ...others] = await elsewhere(victim, 'calm');
    const [replica] = await cluster.replicasOf(victim);
    replica?.pause(); // nobody takes over before they have talked
    const failOver = cluster.failOver(victim);
    const texts = Array.from({ length: 20 }, (_, number) => `${number}`);
    for (const text of texts) {
      await lucky?.user.sendSurely(text);
      await until(() => others.every(({ follower }) => follower.texts().includes(text)), 'the message');
      if (text !== '9') continue;
      expect(await cluster.masters()).toContain(victim);
      replica?.resume();
    }
    await failOver;
    await victim.restart(); // as a replica, without which REDIS_WAIT refuses sends
    expect((await fetchText('GET', `${system.urls[0]}/health`)).status).toBe(200);
    for (const text of ['after', 'and on']) await everybody[1]?.user.sendSurely(text);
    await haveAll(everybody, ['after', 'and on']);
    await haveAll([...others], texts);
    await stopAll([...everybody, ...(lucky ? [lucky] : []), ...others]);
  });
});

/** Moves each key's slot to another master. */
async function moveAll(ofKeys: string[]): Promise<void> {
  for (const key of ofKeys) {
    const [owner, masters] = [await cluster.ownerOf(key), await cluster.masters()];
    const to = masters.find((node) => node !== owner);
    if (to) await cluster.moveSlot(await cluster.slotOf(key), to);
  }
}

/** Three people in a room, none of which is at that master. */
async function elsewhere(master: object, name: string): Promise<People> {
  const isElsewhere = async (key: string): Promise<boolean> => (await cluster.ownerOf(key)) !== master;
  let room = name;
  while (!(await isElsewhere(keys.room(room)))) room += '-';
  const found: People = [];
  while (found.length < 3) {
    const user = await TestUser.join(system.urls, { room: 'lobby' });
    if (!(await isElsewhere(keys.user(user.id)))) continue;
    await user.ask('enter', { room });
    await user.ask('exit', { room: 'lobby' });
    found.push({ user, follower: user.follow() });
  }
  return found;
}

/** The look at Redis before a start: its ACL, and with how many shards its data was made. */
import { readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../shared/config/config.js';
import { RESTORING } from '../../shared/preflight/format.js';
import { checkRedis } from '../../shared/preflight/preflight.js';
import { firstConnect } from '../../shared/redis/connect.js';
import { connectStore } from '../../shared/store/connect.js';
import { createStore } from '../../shared/store/store.js';
import { fetchText } from '../support/client.js';
import { Part } from '../support/parts.js';
import { startApi, startSystem } from '../support/processes.js';
import { type OneRedis, startOneRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

let redis: OneRedis;
let admin: Redis;
beforeAll(async () => {
  redis = await startOneRedis();
  admin = new Redis(redis.url);
});
beforeEach(() => admin.flushall());
afterEach(() => admin.acl('DELUSER', 'chat'));
afterAll(async () => {
  admin.disconnect();
  await redis.stop();
});

const asChat = () => `redis://chat:secret@127.0.0.1:${redis.port}`;
const grant = (...rules: string[]) => admin.acl('SETUSER', 'chat', 'on', '>secret', ...rules);
const cannot = (why: string) => `The Redis of REDIS_URL (redis://127.0.0.1:${redis.port}) cannot be used: ${why}.`;

describe('an ACL user', () => {
  it.each([
    [['~*', '+@all'], 'its user may not use all channels: the ACL rule &* is missing'],
    [['&*', '+@all'], 'its user may not use all keys: the ACL rule ~* is missing'],
    [['~chat:*', '&*', '+@all'], 'its user may not use all keys: the ACL rule ~* is missing'],
    [['~*', '&*', '+@all', '-@scripting'], 'its user may not run EVAL: the ACL rule +eval is missing'],
    [['~*', '&*', '+@all', '-evalsha'], 'its user may not run EVALSHA: the ACL rule +evalsha is missing'],
    [['~*', '&*', '+@all', '-blpop'], 'its user may not run BLPOP: the ACL rule +blpop is missing'],
    [['~*', '&*', '+@all', '-bzpopmin'], 'its user may not run BZPOPMIN: the ACL rule +bzpopmin is missing'],
    [['~*', '&*', '+@all', '-publish'], 'its user may not run PUBLISH: the ACL rule +publish is missing'],
    [['~*', '&*', '+@all', '-@dangerous'], 'its user may not run INFO: the ACL rule +info is missing'],
  ])('with %j is refused at the start: %s', async (rules, why) => {
    await grant(...rules);
    await expect(checkRedis(asChat(), 1)).rejects.toThrow(cannot(why));
  });

  it('that lacks the names of its prefix is told the rule with the prefix', async () => {
    const refused = (why: string) => expect(checkRedis(asChat(), 1, 'school:')).rejects.toThrow(cannot(why));
    await grant('~club:*', '&school:*', '+@all');
    await refused('its user may not use all keys: the ACL rule ~school:* is missing');
    await grant('~school:*', 'resetchannels', '&club:*');
    await refused('its user may not use all channels: the ACL rule &school:* is missing');
    await grant('&school:*');
    expect(await checkRedis(asChat(), 1, 'school:')).toBeNull();
    expect((await admin.keys('*')).sort()).toEqual(['school:data-format', 'school:shards']);
  });

  it('data of another prefix do not count for the number of shards', async () => {
    expect(await checkRedis(redis.url, 16, 'a:')).toBeNull();
    await admin.mset('a:user:{u9}:9', 'x', 'a:room:{r9}:lobby:log', 'x');
    expect(await checkRedis(redis.url, 1)).toBeNull();
    expect(await checkRedis(redis.url, 4, 'b:')).toBeNull();
    await admin.del('a:shards');
    await expect(checkRedis(redis.url, 1, 'a:')).rejects.toThrow(/SET a:shards|Set SHARDS=/);
  });

  it('with the rules of docs/hosting.md is enough for two people to talk, with polls of either kind', async () => {
    const [, rules = ''] = /ACL SETUSER chat on >password (.+)/.exec(await readFile('docs/hosting.md', 'utf8')) ?? [];
    await grant(...rules.split(' '));
    const system = await startSystem({ env: { REDIS_URL: asChat() }, redis });
    const urls = [...system.urls, (await system.addApi({ LIVE: 'off' })).url];
    for (const url of urls) {
      const [ann, bob] = [await TestUser.join(url, { room: 'acl' }), await TestUser.join(url, { room: 'acl' })];
      await ann.send('hello');
      await until(async () => (await bob.poll(5)).events.some((event) => event.type === 'message'), 'the message');
    }
    await system.stop();
  });

  it('that loses a right while the chat runs is told by /health and /ready with the rule that is missing', async () => {
    await grant('~*', '&*', '+@all');
    const api = await startApi({ REDIS_URL: asChat() });
    const health = async (path: string) =>
      JSON.parse((await fetchText('GET', `${api.url}${path}`)).text) as { reason?: string };
    await until(async () => (await health('/ready')).reason === undefined, 'readiness');
    await admin.acl('SETUSER', 'chat', '-evalsha');
    const why = 'its user may not run EVALSHA: the ACL rule +evalsha is missing';
    await until(async () => (await health('/health')).reason === why, 'the reason');
    expect(await health('/ready')).toEqual({ ok: false, reason: `Redis is away: ${why}` });
    await api.stop();
  });
});

it('data of a format that only a newer version knows is refused, and left as it is', async () => {
  expect(await checkRedis(redis.url, 1)).toBeNull();
  expect(await admin.get('data-format')).toBe('1');
  await admin.set('data-format', 2);
  await expect(checkRedis(redis.url, 1)).rejects.toThrow(
    'The Redis of REDIS_URL holds data of format 2, and this version knows only format 1: ' +
      'run the version that wrote it or a newer one, or use an empty Redis.',
  );
  expect(await admin.get('data-format')).toBe('2');
});

it('data of a restore that was ended half-way are refused', async () => {
  await admin.set('data-format', RESTORING);
  await expect(checkRedis(redis.url, 1)).rejects.toThrow(
    'A restore into the Redis of REDIS_URL has not ended. Wait for it, or run "npm run restore -- FILE --replace".',
  );
});

describe('data without the number of its shards', () => {
  async function fillWith(shards: number, rooms: string[]): Promise<void> {
    const client = connectStore(redis.url);
    await firstConnect(client);
    const config = readConfig({ SHARDS: String(shards) });
    const part = new Part(createStore(client, config), config);
    for (const room of rooms) await part.join(room);
    await part.polls.close();
    client.disconnect();
    await admin.del('shards');
  }

  it('is refused with the number that its keys were made with, and taken with that number', async () => {
    await fillWith(16, ['lobby', 'games', 'music']);
    const refusal =
      'SHARDS=1 is not allowed: this Redis holds data that was made with SHARDS=16. Set SHARDS=16, or use an empty Redis.';
    await expect(checkRedis(redis.url, 1)).rejects.toThrow(refusal);
    expect(await admin.get('shards')).toBeNull();
    expect(await checkRedis(redis.url, 16)).toBeNull();
    await expect(checkRedis(redis.url, 1)).rejects.toThrow(refusal);
  });

  it('is refused with the first numbers that fit when its keys do not tell', async () => {
    await fillWith(16, ['lobby']);
    await expect(checkRedis(redis.url, 1)).rejects.toThrow(/made with SHARDS=\d+ or \d+ or \d+\. Set SHARDS=\d+,/);
  });

  it('is refused when two numbers have made it, until the host has chosen one', async () => {
    await fillWith(16, ['lobby', 'games', 'music']);
    await fillWith(4, ['lobby', 'games', 'music']);
    const refusal =
      'SHARDS=4 is not allowed: this Redis holds data that was made with different values of SHARDS. ' +
      'To keep the data of one value, run "SET shards" with it in Redis, or use an empty Redis.';
    await expect(checkRedis(redis.url, 4)).rejects.toThrow(refusal);
    expect(await admin.get('shards')).toBeNull();
    await admin.set('shards', 4);
    expect(await checkRedis(redis.url, 4)).toBeNull();
  });

  it('is taken as it is when its keys fit, or when there are only foreign keys', async () => {
    await fillWith(1, ['lobby', 'games']);
    expect(await checkRedis(redis.url, 1)).toBeNull();
    await admin.flushall();
    await admin.mset('user:12', 'x', 'session:{a}:1', 'x', 'room:1', 'x');
    expect(await checkRedis(redis.url, 4)).toBeNull();
  });
});

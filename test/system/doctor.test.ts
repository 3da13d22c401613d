/** `npm run doctor`: what is wrong is bad and says what to change; what is right is not. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Redis } from 'ioredis';
import { describe, expect } from 'vitest';
import { endOfLifeNotice } from '../../shared/node-version.js';
import { startHook, startMail } from '../support/alert-receivers.js';
import { root } from '../support/child.js';
import { systemWith } from '../support/fixtures/system.js';
import { Link } from '../support/link.js';
import { startSystem, type TestSystem } from '../support/processes.js';
import { freePort, startOneRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

/** Settings with which nothing is bad, whatever machine the test runs on. */
const WELL = { ADMIN_PASSWORD: 'long and random', CONNECTIONS: '100', DATA_DIR: '/nowhere' };

const it = systemWith({ start: startOneRedis });
let system: TestSystem, redis: Redis;
it.beforeAll(({ system: started }) => {
  system = started;
  redis = new Redis(system.redis.url);
});
it.afterAll(() => redis.disconnect());

/** Its bad findings, its whole output, and its exit code. */
async function doctor(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: unknown; bad: string[]; said: string }> {
  const child = spawn(process.execPath, ['scripts/doctor/doctor.js', ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: '1', REDIS_URL: system.redis.url, ...WELL, ...env },
  });
  const [[code], out, err] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  return { code, said: out + err, bad: [...out.matchAll(/^ {2}BAD {3}(.*)$/gm)].map(([, sentence = '']) => sentence) };
}

describe('the doctor', () => {
  it('finds nothing bad where all is well, through an address too, and exits with 0', async () => {
    const { code, bad, said } = await doctor(
      { PORT: new URL(system.urls[0] ?? '').port },
      '--url',
      `${system.urls[0]}/`,
      '--hold',
      '1',
    );
    expect({ code, bad }).toEqual({ code: 0, bad: [] });
    for (const sentence of [
      'appendfsync is everysec',
      'A poll is held for 1 s.',
      'after \\d+ ms: nothing holds answers back',
      'A stream brings a message after \\d+ ms',
      'does not believe a forged X-Forwarded-For',
      'The chat at PORT=\\d+ runs and is ready',
      'Running workers: 1\\.',
    ])
      expect(said).toMatch(new RegExp(sentence));
    const notice = endOfLifeNotice();
    expect(said).toContain(notice === null ? `good  Node ${process.versions.node}.` : `note  ${notice}`);
    expect(said).not.toContain('\x1b'); // colours are for terminals
  });

  it('finds a Redis that loses, throws away and has no room, and settings that let in', async () => {
    for (const [name, value] of [
      ['appendonly', 'no'],
      ['maxmemory-policy', 'allkeys-lru'],
      ['maxclients', '150'],
      ['maxmemory', '100mb'],
    ] as const)
      await redis.config('SET', name, value);
    const { code, bad } = await doctor({ ADMIN_PASSWORD: 'short', RATE_LIMITS: 'off', REDIS_WAIT: '1' });
    expect(code).toBe(1);
    expect(bad).toEqual(
      [
        /^ADMIN_PASSWORD has 5 characters/,
        /^RATE_LIMITS=off/,
        /^Redis keeps no append-only file.*"appendonly yes"/,
        /allkeys-lru.*"maxmemory-policy noeviction"/,
        /^Redis allows 150 connections \(maxclients\), and the chat may need 217/,
        /^REDIS_WAIT=1, but Redis has 0 replicas.*Start a replica/,
      ].map((pattern) => expect.stringMatching(pattern) as unknown),
    );
    for (const [name, value] of [
      ['appendonly', 'yes'],
      ['maxmemory-policy', 'noeviction'],
      ['maxclients', '10000'],
    ] as const)
      await redis.config('SET', name, value);
  });

  it('sends an alert as a test on demand, and says what keeps it from arriving', async () => {
    const [hook, mail] = await Promise.all([startHook(), startMail()]);
    const env = { ALERT_URL: `${hook.url}/x`, ALERT_FORMAT: 'text', ALERT_MAIL: 'me@example.org', SMTP_URL: mail.url };
    expect((await doctor(env)).said).toContain('good  Alerts are on.');
    expect(hook.received).toEqual([]);
    expect((await doctor(env, '--alert')).bad).toEqual([]);
    expect(hook.received[0]?.body).toMatch(/^Chat on \S+: test\. This is a test of the doctor: alerts reach you\.$/);
    expect(mail.received[0]?.content).toContain('alerts reach you');
    mail.stop();
    hook.status = 404;
    expect((await doctor(env, '--alert')).bad).toEqual([
      expect.stringMatching(/^A test alert could not be sent to ALERT_URL: it answers 404\./),
      expect.stringMatching(/^A test alert could not be sent to ALERT_MAIL: .*ECONNREFUSED.*Check SMTP_URL\.$/),
    ]);
    hook.stop();
    expect((await doctor({}, '--alert')).bad[0]).toContain('ALERT_URL and ALERT_MAIL are not set');
  });

  it('says what the names in Redis begin with, and that a new REDIS_PREFIX does not find the data without one', async () => {
    await TestUser.join(system.url);
    const before = await doctor({ REDIS_PREFIX: 'new:' });
    expect(before.said).toContain(
      'note  REDIS_PREFIX=new: is new here, and Redis holds data of a chat without a prefix.',
    );
    await redis.set('new:users:next', 1);
    const after = await doctor({ REDIS_PREFIX: 'new:' });
    expect(after.said).toContain('good  All names in Redis begin with new: (REDIS_PREFIX).');
    await redis.del(await redis.keys('new:*'));
  });

  it('says how to give memory to a full Redis, and names REDIS_URL only if it is set', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'doctor-'));
    const [, folder = ''] = (await redis.config('GET', 'dir')) as string[];
    await symlink(folder, join(dir, 'redis'));
    await writeFile(join(folder, 'port'), String(system.redis.port));
    await redis.config('SET', 'maxmemory', '1mb');
    const [own, hosts] = [await doctor({ REDIS_URL: '', DATA_DIR: dir }), await doctor({})];
    await redis.config('SET', 'maxmemory', '100mb');
    await rm(dir, { recursive: true });
    expect(own.bad).toEqual([
      `Redis takes no writes: its memory is full (maxmemory). At once: "redis-cli -p ${system.redis.port} config set ` +
        'maxmemory 2gb". For good: raise REDIS_MAXMEMORY, and start the chat again.',
    ]);
    expect(hosts.bad).toEqual([
      expect.stringMatching(
        /^Redis takes no writes: its memory is full \(maxmemory\)\. Run "config set maxmemory 2gb"/,
      ),
    ]);
  });

  it('names the room whose values weigh most, when they are much of what Redis holds', async () => {
    expect((await doctor({})).said).not.toContain('values of rooms');
    const rooms = ['light', '1000000', 'heavy', '90000000', 'gone', '900000000'].reverse();
    await redis.zadd('valued:{r0}', ...rooms);
    for (const room of ['light', 'heavy']) await redis.hset(`room:{r0}:${room}:values`, 'k', '1-0 1');
    const { said, bad } = await doctor({});
    expect(said).toMatch(/The values of rooms take 87 MB of the .* the room heavy has the most\./);
    expect(bad).toEqual([]);
    await redis.del('valued:{r0}', 'room:{r0}:light:values', 'room:{r0}:heavy:values');
  });
});

// they mostly wait, and none changes what another one looks at
describe.concurrent('the doctor of a chat that does not answer', () => {
  it("finds what a proxy does to long addresses, long polls, answers and the visitors' addresses", async () => {
    const api = await system.addApi({ TRUST_PROXY: 2 }); // one too many: what a visitor writes is believed
    const link = await Link.start(api.url);
    link.troubles = [
      { path: /^\/api\/poll/, how: 'cut', afterMs: 1_500 },
      { path: /^\/api\/stream/, how: 'edit', edit: (all) => all }, // as a proxy that buffers
      { path: /^\/api\/history/, how: 'edit', edit: () => '{"ok":true,"events":[{"id":"1-0"}]}' },
    ];
    const { code, bad, said } = await doctor({}, '--url', link.url, '--hold', '3');
    await link.close();
    expect(code).toBe(1);
    expect(bad).toEqual(
      [
        /^Addresses of 20,000 characters do not get through \(431\)/,
        /^With TRUST_PROXY=0 the chat believes a forged X-Forwarded-For/,
        /^The same answer comes twice/,
        /^A poll that should be held for 3 s is cut/,
      ].map((pattern) => expect.stringMatching(pattern) as unknown),
    );
    expect(said).toMatch(/note {2}A stream does not begin within 5 s, .* buffers/);
  });

  it('misses the worker, and blames no proxy for what it does not deliver', async () => {
    const chat = await startSystem({ start: startOneRedis, workers: 0 });
    const [api = ''] = chat.urls;
    const ofWorker = 'No worker runs. Messages are accepted, but not delivered. Start one: "npx pm2 restart worker".';
    await until(
      async () => (await doctor({ REDIS_URL: chat.redis.url })).bad.includes(ofWorker),
      'the worker is missed',
    );
    const { said, bad } = await doctor({ REDIS_URL: chat.redis.url }, '--url', api, '--hold', '1');
    expect(said).toContain('note  A stream does not bring a message either.');
    expect(said).not.toMatch(/buffer/);
    expect(bad).toContain(
      'A waiting poll does not get a message. See whether a worker runs, and whether the proxy cuts polls off.',
    );
    await chat.stop();
  });

  it('says in one line what it cannot look at', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const dir = await mkdtemp(join(tmpdir(), 'doctor-'));
    await mkdir(join(dir, 'redis'));
    await writeFile(join(dir, 'redis', 'port'), String(port));
    const away = `redis://127.0.0.1:${await freePort()}`;
    const [hanging, withoutRedis, badSetting, badOption] = await Promise.all([
      doctor({ REDIS_URL: '', DATA_DIR: dir }),
      doctor({ REDIS_URL: away }),
      doctor({ SHARDS: 'many' }),
      doctor({}, '--url', 'example.org'),
    ]);
    silent.close();
    await rm(dir, { recursive: true });
    expect(hanging.bad).toEqual([
      expect.stringMatching(`^The chat's own Redis at 127\\.0\\.0\\.1:${port} does not answer within 5 s`),
    ]);
    expect(withoutRedis.bad).toEqual([`The Redis of REDIS_URL (${away}) cannot be used: connection refused.`]);
    expect(badSetting).toMatchObject({
      code: 1,
      said: 'SHARDS=many is not allowed: give a whole number from 1 to 1024.\n',
    });
    expect(badOption).toMatchObject({
      code: 1,
      said: expect.stringMatching(
        /^--url example\.org is not an http or https address\. Usage: npm run doctor/,
      ) as unknown,
    });
  });
});

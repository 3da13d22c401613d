/** The host is told once when something goes wrong, and once when it is over: by a web hook and by mail. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AlertReceiver, type Mail, type Posted, startHook, startMail } from '../support/alert-receivers.js';
import { call } from '../support/client.js';
import { startSystem, type TestSystem } from '../support/processes.js';
import { startOneRedis } from '../support/redis.js';
import { until } from '../support/until.js';

let hook: AlertReceiver<Posted>, mail: AlertReceiver<Mail>, system: TestSystem, redis: Redis, folder: string;

beforeAll(async () => {
  [hook, mail] = await Promise.all([startHook(), startMail()]);
  folder = await mkdtemp(join(tmpdir(), 'alerts-'));
  const env = {
    ALERT_URL: `${hook.url}/secret`,
    ALERT_MAIL: 'host@example.org,night@example.org',
    SMTP_URL: mail.url,
    ALERT_AFTER: 1,
    TMPDIR: folder,
    SEND_RATE: 1,
  };
  system = await startSystem({ apis: 2, workers: 0, start: startOneRedis, env });
  await mkdir(join(folder, 'elsewhere'));
  await system.addApi({ TMPDIR: join(folder, 'elsewhere') }); // as on another machine
  redis = new Redis(system.redis.url).on('error', () => undefined);
});
afterAll(async () => {
  redis.disconnect();
  await system.stop();
  hook.stop();
  mail.stop();
  await rm(folder, { recursive: true });
});

interface Told {
  alert: string;
  state: string;
  text: string;
}

const told = (): Told[] => hook.received.map(({ body }) => JSON.parse(body) as Told);
const statesOf = (name: string): string[] => told().flatMap(({ alert, state }) => (alert === name ? [state] : []));
const textOf = (name: string, state: string): string =>
  told().find((one) => one.alert === name && one.state === state)?.text ?? '';
const has = (name: string, ...states: string[]): Promise<true> =>
  until(() => statesOf(name).join() === states.join() || null, `${name}: ${states}`, 40_000).then(() => true);

describe('alerts', () => {
  it('tell that no worker runs, that jobs wait and that the memory is nearly full, once for all processes and machines, by both ways', async () => {
    const queue = new Queue('fanout', { connection: { url: system.redis.url } });
    await queue.add('lease', { slice: 0 }, { timestamp: Date.now() - 60_000 });
    await queue.close();
    const used = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
    await redis.config('SET', 'maxmemory', Math.round(used / 0.85));
    await Promise.all([has('worker', 'begun'), has('queue', 'begun'), has('memory', 'begun')]);
    expect(textOf('worker', 'begun')).toMatch(/^Chat on \S+: No worker runs\. No worker runs: .*npx pm2.*\/admin\.$/);
    expect(textOf('queue', 'begun')).toMatch(/The oldest of 1 fan-out jobs waits for \d+ s/);
    expect(textOf('memory', 'begun')).toMatch(
      /Redis uses 8\d % of its memory \(\d+ MB of \d+ MB\)\. .*REDIS_MAXMEMORY/,
    );
    const { path, headers, body } = hook.received[0] as Posted;
    expect([path, headers['content-type']]).toEqual(['/secret', 'application/json']);
    expect(JSON.parse(body)).toMatchObject({ content: (JSON.parse(body) as Told).text });
    await until(() => mail.received.length === 3, 'all mails');
    expect(mail.received[0]).toMatchObject({ from: 'host@example.org', to: ['host@example.org', 'night@example.org'] });
    expect(mail.received.map(({ content }) => content).join()).toMatch(/^Subject: Chat on .*: No worker runs$/m);
  });

  it('tell that it is over, though the process that watched has gone meanwhile', async () => {
    await system.addApi();
    await Promise.all(system.apis.splice(0, 3).map((api) => api.kill()));
    await Promise.all([system.addWorker(), redis.config('SET', 'maxmemory', 0)]);
    await Promise.all(['worker', 'queue', 'memory'].map((name) => has(name, 'begun', 'over')));
    expect(textOf('worker', 'over')).toMatch(/: over: No worker runs\. This is over after \d+ (s|min)\.$/);
  });

  it('tell that Redis is away, while it is, and that it is back', async () => {
    await system.redis.kill();
    await has('redis', 'begun');
    expect(textOf('redis', 'begun')).toContain('Redis is away: connection refused.');
    await system.redis.restart();
    await has('redis', 'begun', 'over');
  });

  it('tell of a flood, and by which limit it is refused', async () => {
    const url = system.url;
    const { body } = await call<{ token: string }>(url, 'join', { name: 'Flo', room: 'flood' });
    if (!body.ok) throw new Error(body.error.message);
    const { token } = body;
    await until(
      async () => {
        await Promise.all(Array.from({ length: 50 }, () => call(url, 'send', { token, room: 'flood', text: 'x' })));
        return statesOf('flood').length > 0;
      },
      'the flood',
      40_000,
    );
    expect(textOf('flood', 'begun')).toMatch(/The limit "(?:user|sends)" refuses \d+ requests a second/);
  });

  it('are tried again until somebody takes them, and the log has no secret', async () => {
    const mails = mail.received.length;
    hook.status = 301;
    mail.status = 550;
    await Promise.all(system.workers.splice(0).map((worker) => worker.stop()));
    const log = () => system.apis.map((api) => api.output()).join('');
    await until(() => /no alert can be sent to ALERT_URL/.test(log()), 'a failure in the log', 40_000);
    mail.status = 250;
    await until(() => mail.received.length > mails, 'the mail', 40_000);
    expect(log()).not.toContain('secret');
    expect(statesOf('worker')).toEqual(['begun', 'over']); // the mail was enough
  });
});

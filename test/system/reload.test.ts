/** `pm2 reload` under traffic: no request fails, no connection is reset, nothing is lost. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Child, root } from '../support/child.js';
import { EventStream } from '../support/event-stream.js';
import type { Polled } from '../support/follower.js';
import { endLeftovers } from '../support/leftovers.js';
import { freePort } from '../support/redis.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

const READY = /^nobackend-chat is ready at (http:\/\/localhost:\d+)$/m;
const USERS = 12;
/** ms between two messages of one user. */
const SEND_EVERY = 100;
/** Seconds a poll is held at most: many are held while a process is told to end. */
const HOLD = 5;
/** Longer than the 10 s for which pm2 would wait for a new process if the project said nothing. */
const SLOW_START_MS = 11_500;

let folder: string;
let start: Child | undefined;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nobackend-reload-'));
  const env = {
    PATH: process.env.PATH,
    DATA_DIR: folder,
    PORT: String(await freePort()),
    LOG_FORMAT: 'json',
    RATE_LIMITS: 'off',
    API_INSTANCES: '2',
    WORKER_INSTANCES: '2',
  };
  const [child, [, address = '']] = await Child.start(process.execPath, ['scripts/start/start.js'], env, READY);
  [start, url] = [child, address];
});
afterAll(async () => {
  await start?.stop('SIGINT');
  const left = await endLeftovers(folder);
  await rm(folder, { recursive: true, force: true });
  expect(left).toEqual([]);
});

/** One user who sends and polls, or has streams, without a second attempt at anything. */
class Client {
  /** Texts that were accepted, and texts that came. */
  readonly sent: string[] = [];
  readonly seen: string[] = [];
  readonly failures: unknown[] = [];
  /** How many streams it has had. */
  streams = 0;
  #quiet = false;
  #stopping = false;
  readonly #user: TestUser;
  readonly #sending: Promise<unknown>;
  readonly #polling: Promise<unknown>;

  constructor(user: TestUser, hasStreams: boolean) {
    this.#user = user;
    this.#sending = this.#sendOn().catch((error: unknown) => this.failures.push(error));
    const polling = hasStreams ? this.#streamOn() : this.#pollOn();
    this.#polling = polling.catch((error: unknown) => this.failures.push(error));
  }

  /** Resolves when the last message has been answered. */
  async beQuiet(): Promise<void> {
    this.#quiet = true;
    await this.#sending;
  }

  /** Ends the polling once all of `count` messages have come, or the polling has failed. */
  async finish(count: number): Promise<void> {
    await until(
      () => this.seen.length >= count || this.failures.length > 0,
      `${this.#user.name} has all ${count} messages`,
    );
    this.#stopping = true;
    await this.#polling;
  }

  async #sendOn(): Promise<void> {
    for (let number = 1; !this.#quiet; number += 1) {
      const text = `${this.#user.name}.${number}`;
      await this.#user.send(text);
      this.sent.push(text);
      await sleep(SEND_EVERY);
    }
  }

  async #pollOn(): Promise<void> {
    for (let { cursor } = this.#user.joined; !this.#stopping; ) {
      const answer = await this.#user.poll(this.#quiet ? 1 : HOLD, { cursor });
      cursor = answer.cursor;
      this.#take(answer);
    }
  }

  /** As EventSource does: it comes again when it is told to, behind its last message. */
  async #streamOn(): Promise<void> {
    for (let lastEventId = this.#user.joined.cursor; !this.#stopping; ) {
      const stream = new EventStream(url, { token: this.#user.token }, { lastEventId });
      stream.onAnswer = (answer) => this.#take(answer);
      await until(() => stream.ended || this.#stopping, 'the end of the stream', 60_000);
      this.streams += 1;
      stream.close();
      lastEventId = stream.lastEventId;
      if (stream.error || stream.retry === null) throw stream.error ?? new Error('a stream was not begun');
      await sleep(this.#stopping ? 0 : stream.retry);
    }
  }

  #take({ events }: Polled): void {
    for (const event of events) if (event.type === 'message' && event.text !== undefined) this.seen.push(event.text);
  }
}

/** The processes of one of pm2's names. */
async function pids(name: string): Promise<number[]> {
  const files = (await readdir(join(folder, 'pm2/pids'))).filter((file) => file.startsWith(`${name}-`));
  return Promise.all(files.map(async (file) => Number(await readFile(join(folder, 'pm2/pids', file), 'utf8'))));
}

/** One command of pm2, as a host gives it. */
async function pm2(...args: string[]): Promise<void> {
  const env = { PATH: process.env.PATH, PM2_HOME: join(folder, 'pm2'), PM2_DISABLE_VERSION_CHECK: '1' };
  await promisify(execFile)(process.execPath, ['node_modules/pm2/bin/pm2', ...args], { cwd: root, env });
}

/** `pm2 reload name`, as a host would; every process of that name is another one afterwards. */
async function reload(name: string): Promise<void> {
  const former = await pids(name);
  await pm2('reload', name);
  const now = await pids(name);
  expect(now).toHaveLength(former.length);
  expect(now.filter((pid) => former.includes(pid))).toEqual([]);
}

it('fails no request and loses no message', async () => {
  const joining = Array.from({ length: USERS }, (_, number) =>
    TestUser.join(url, { way: number % 2 === 0 ? 'jsonp' : 'api-post' }),
  );
  const clients = (await Promise.all(joining)).map((user, number) => new Client(user, number % 3 === 0));
  await reload('api');
  await reload('worker');
  await Promise.all(clients.map((client) => client.beQuiet()));
  const sent = clients.flatMap((client) => client.sent);
  await Promise.all(clients.map((client) => client.finish(sent.length)));

  expect(clients.flatMap((client) => client.failures)).toEqual([]);
  const [first, ...others] = clients.map((client) => client.seen);
  expect(first?.toSorted()).toEqual(sent.toSorted());
  for (const seen of others) expect(seen).toEqual(first);
  expect(sent.length).toBeGreaterThan(USERS * 10);
  expect(clients.reduce((sum, { streams }) => sum + streams, 0)).toBeGreaterThan(USERS / 3); // some were ended
});

it('refuses no connection while the only new process takes longer to start than pm2 waits by itself', async () => {
  await pm2('scale', 'api', '1');
  const former = await until(
    () =>
      pids('api').then(
        (now) => (now.length === 1 ? now : null),
        () => null,
      ),
    'one process',
  );
  const reloading = reload('api');
  const fresh = await until(
    () =>
      pids('api').then(
        (now) => now.find((pid) => !former.includes(pid)),
        () => null,
      ),
    'the new process',
  );
  process.kill(fresh, 'SIGSTOP');
  let failures = 0;
  for (const end = Date.now() + SLOW_START_MS; Date.now() < end; await sleep(100)) {
    failures += await fetch(`${url}/chat.js`).then(
      ({ status }) => (status === 200 ? 0 : 1),
      () => 1,
    );
  }
  process.kill(fresh, 'SIGCONT');
  await reloading;
  expect(failures).toBe(0);
});

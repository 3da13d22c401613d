/** `npm start` as a host meets it: it serves, it ends without a trace, and it says in one line why it cannot start. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readStartConfig } from '../../shared/config/config.js';
import { endOfLifeNotice } from '../../shared/node-version.js';
import { Child, root } from '../support/child.js';
import { ask } from '../support/client.js';
import { endLeftovers } from '../support/leftovers.js';
import { freePort, startOneRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import type { Joined } from '../support/user.js';

const READY = /^nobackend-chat is ready at (http:\/\/localhost:\d+)$/m;

let folder: string;
let env: NodeJS.ProcessEnv;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nobackend-start-'));
  env = { PATH: process.env.PATH, DATA_DIR: folder, PORT: String(await freePort()) };
});
afterEach(async () => {
  const left = await endLeftovers(folder);
  await rm(folder, { recursive: true, force: true });
  expect(left).toEqual([]);
});

/** Starts everything; gives the start's process and where the chat is. */
async function start(): Promise<{ child: Child; url: string }> {
  const [child, [, url = '']] = await Child.start(process.execPath, ['scripts/start/start.js'], env, READY);
  return { child, url };
}

/** The process ids of all parts by pm2's own files, as `api: [1, 2]`. */
async function parts(): Promise<Record<string, number[]>> {
  const pids = join(folder, 'pm2/pids');
  const found: Record<string, number[]> = {};
  for (const file of await readdir(pids)) {
    const name = file.replace(/-\d+\.pid$/, '');
    const pid = Number(await readFile(join(pids, file), 'utf8'));
    found[name] = [...(found[name] ?? []), pid];
  }
  return found;
}

const pm2Pid = async (): Promise<number> => Number(await readFile(join(folder, 'pm2/pm2.pid'), 'utf8'));

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A start that cannot succeed: its exit code and what it says. */
function fail(settings: NodeJS.ProcessEnv, cwd = root): Promise<{ code: unknown; said: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['scripts/start/start.js'],
      { cwd, env: { ...env, ...settings }, timeout: 45_000, killSignal: 'SIGINT' }, // one that starts after all is ended
      (error, stdout, stderr) => {
        resolve({ code: error?.code, said: `${stdout}${stderr}` });
      },
    );
  });
}

describe('npm start', () => {
  it('serves with two API processes, a worker and a Redis that may take a third of the memory, once per folder, and Ctrl-C ends all of them', async () => {
    const { child, url } = await start();
    expect(await ask<Joined>(url, 'join', { name: 'andrew' })).toMatchObject({ user: { name: 'andrew' } });
    expect(/^Node .* has had no fixes since .*$/m.exec(child.output())?.[0] ?? null).toBe(endOfLifeNotice());
    const { api = [], worker = [], redis = [] } = await parts();
    expect([api.length, worker.length, redis.length]).toEqual([2, 1, 1]);
    const client = new Redis(Number(await readFile(join(folder, 'redis/port'), 'utf8')));
    expect(await client.config('GET', 'maxmemory')).toEqual([
      'maxmemory',
      String(readStartConfig({}).redisMaxMemory * 1_048_576),
    ]);
    client.disconnect();
    const said = `nobackend-chat already runs from this folder (process ${await pm2Pid()}). Stop it first.\n`;
    expect(await fail({ PORT: String(await freePort()) })).toEqual({ code: 1, said });

    expect(await child.stop('SIGINT')).toBe(0);
    expect([...api, ...worker, ...redis].filter(lives)).toEqual([]);
  });

  it('keeps its data over a kill -9 of all of it, starts again, and ends a Redis that was left behind', async () => {
    const first = await start();
    await ask(first.url, 'join', { name: 'andrew' });
    const pids = Object.values(await parts()).flat();
    await first.child.kill();
    await until(() => !pids.some(lives), 'the end of all parts when the start is killed');

    const second = await start();
    await expect(ask(second.url, 'join', { name: 'andrew' })).rejects.toThrow('name_taken');
    const { redis = [], ...others } = await parts();
    const pm2 = await pm2Pid();
    second.child.pause(); // so that it cannot clear up
    for (const pid of [pm2, ...Object.values(others).flat()]) process.kill(pid, 'SIGKILL');
    await second.child.kill();
    expect(redis.filter(lives)).toHaveLength(1);

    const third = await start();
    // its number is there until the system's first process, whose child it is since, has taken note of its end
    await until(() => !redis.some(lives), 'the end of the Redis that was left behind');
    await third.child.stop('SIGINT');
  });
});

describe('what cannot start says so in one line', () => {
  it('a setting that is not allowed', async () => {
    expect(await fail({ USER_TTL: 'soon' })).toEqual({
      code: 1,
      said: 'USER_TTL=soon is not allowed: give a whole number from 1 to 86400.\n',
    });
    expect(await fail({ API_INSTANCES: '0' })).toEqual({
      code: 1,
      said: 'API_INSTANCES=0 is not allowed: give a whole number from 1 to 128.\n',
    });
  });

  it('a port that is in use', async () => {
    await withServer(
      () => undefined,
      async (port) => {
        const said = `Port ${port} is in use. Stop the program that uses it, or set PORT to another port.\n`;
        expect(await fail({ PORT: String(port) })).toEqual({ code: 1, said });
      },
    );
  });

  it('a redis-server that is missing, before packages are installed', async () => {
    const fresh = join(folder, 'fresh');
    for (const file of ['package.json', 'package-lock.json', 'scripts'])
      await cp(join(root, file), join(fresh, file), { recursive: true });
    const first = 'Redis is missing. Install the package redis-server, or set REDIS_URL to a Redis that you have.\n';
    const { code, said } = await fail({ PATH: join(folder, 'empty') }, fresh);
    expect({ code, first: said.slice(0, first.length) }).toEqual({ code: 1, first });
    expect(said).toContain('  Debian, Ubuntu:  apt-get install redis-server\n  Fedora:          dnf install valkey\n');
    expect(await readdir(fresh)).not.toContain('node_modules');
  });

  it('a Redis that is not there', async () => {
    const port = await freePort();
    const said = `The Redis of REDIS_URL (redis://127.0.0.1:${port}) cannot be used: connection refused.\n`;
    expect(await fail({ REDIS_URL: `redis://user:secret@127.0.0.1:${port}` })).toEqual({ code: 1, said });
  });

  it('a Redis that refuses: no password, a wrong one, no such database, no writes', async () => {
    const redis = await startOneRedis();
    onTestFinished(() => redis.stop());
    const client = new Redis(redis.url);
    const at = `127.0.0.1:${redis.port}`;
    const refused = (path: string, why: string) => ({
      code: 1,
      said: `The Redis of REDIS_URL (redis://${at}${path}) cannot be used: ${why}.\n`,
    });
    expect(await fail({ REDIS_URL: `redis://${at}/99` })).toEqual(refused('/99', 'it has no database of this number'));
    await client.replicaof('127.0.0.1', 1);
    expect(await fail({ REDIS_URL: `redis://${at}` })).toEqual(refused('', 'it is a read-only replica'));
    await client.config('SET', 'requirepass', 'right');
    expect(await fail({ REDIS_URL: `redis://${at}` })).toEqual(refused('', 'it demands a password'));
    expect(await fail({ REDIS_URL: `redis://:wrong@${at}` })).toEqual(
      refused('', 'it does not accept this user and password'),
    );
    client.disconnect();
  });

  it('an append-only file of its own Redis that is damaged', async () => {
    const files = join(folder, 'redis/appendonlydir');
    await mkdir(files, { recursive: true });
    await writeFile(join(files, 'appendonly.aof.manifest'), 'file appendonly.aof.1.incr.aof seq 1 type i\n');
    await writeFile(join(files, 'appendonly.aof.1.incr.aof'), '*1\r\nthis is no length\r\n');
    const { code, said } = await fail({});
    expect(code).toBe(1);
    expect(said).toContain(
      `The chat's own Redis cannot start: its append-only file ${files}/appendonly.aof.1.incr.aof is damaged. `,
    );
    expect(said).toContain(`"redis-check-aof --fix ${files}/appendonly.aof.manifest"`);
  });

  it('a folder for the data that is a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    expect(await fail({ DATA_DIR: file })).toEqual({
      code: 1,
      said: `The folder ${file} cannot be used: it is a file. Correct that, or set DATA_DIR to another folder.\n`,
    });
  });

  it("a pm2 of the host's own in the same place, which is left alone", async () => {
    const pm2 = (command: string) =>
      promisify(execFile)(process.execPath, ['node_modules/pm2/bin/pm2', command], {
        cwd: root,
        env: { PATH: process.env.PATH, PM2_HOME: join(folder, 'pm2'), PM2_DISABLE_VERSION_CHECK: '1' },
      });
    await pm2('ping');
    const pid = await pm2Pid();
    const home = join(folder, 'pm2');
    expect(await fail({})).toEqual({
      code: 1,
      said: `A pm2 of yours runs from ${home} (process ${pid}). End it first: "PM2_HOME=${home} npx pm2 kill".\n`,
    });
    expect(lives(pid)).toBe(true);
    await pm2('kill');
  });

  it('a Redis that is too old', async () => {
    await withServer(answerAsOldRedis, async (port) => {
      const said = 'The Redis of REDIS_URL is version 5.0.14: it must be 6.2 or newer.\n';
      expect(await fail({ REDIS_URL: `redis://127.0.0.1:${port}` })).toEqual({ code: 1, said });
    });
  });
});

/** Answers each command of a connection with what an old Redis says about itself. */
function answerAsOldRedis(socket: Socket): void {
  const info = '# Server\r\nredis_version:5.0.14\r\n';
  socket.setEncoding('utf8').on('data', (commands: string) => {
    for (const _ of commands.match(/^\*/gm) ?? []) socket.write(`$${info.length}\r\n${info}\r\n`);
  });
}

/** Runs `use` with the port of a server that treats connections as told. */
async function withServer(onConnection: (socket: Socket) => void, use: (port: number) => Promise<void>): Promise<void> {
  const server = createServer().on('connection', onConnection).listen(0);
  await once(server, 'listening');
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

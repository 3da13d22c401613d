/**
 * The only reader of the environment. A bad value stops the start with one line that says what is allowed;
 * what comes out is frozen and complete, so nothing later asks whether a setting is there.
 */
import { availableParallelism, totalmem } from 'node:os';
import { ROOM_NAME } from '../protocol/limits.js';
import { parseRedisUrl } from './redis-url.js';

/** Something the host has to change before anything can start. The message is one line for the host. */
export class ConfigError extends Error {}

/** The exit code that says so (EX_CONFIG of sysexits.h): pm2 does not start such a process again. */
export const CONFIG_EXIT = 78;

type Environment = Record<string, string | undefined>;

function integer(env: Environment, name: string, fallback: number, min: number, max: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new ConfigError(`${name}=${text} is not allowed: give a whole number from ${min} to ${max}.`);
  }
  return value;
}

function choice<T extends string>(env: Environment, name: string, fallback: T, allowed: readonly T[]): T {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = allowed.find((one) => one === text);
  if (value === undefined) throw new ConfigError(`${name}=${text} is not allowed: give one of ${allowed.join(', ')}.`);
  return value;
}

/** Origins as browsers name them; null for any. */
function origins(env: Environment, name: string): ReadonlySet<string> | null {
  const list = (env[name] ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const bad = list.find((one) => one !== 'null' && !(URL.canParse(one) && new URL(one).origin === one));
  if (bad !== undefined)
    throw new ConfigError(
      `${name}=${env[name]} is not allowed: give origins such as https://example.org, with commas between.`,
    );
  return list.length > 0 ? new Set(list) : null;
}

/** Beginnings of room names, small. */
function prefixes(env: Environment, name: string): readonly string[] {
  const list = (env[name] ?? '')
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .filter((one) => one !== '');
  if (list.some((one) => !ROOM_NAME.test(one)))
    throw new ConfigError(
      `${name}=${env[name]} is not allowed: give beginnings of room names, such as staff, with commas between.`,
    );
  return Object.freeze(list);
}

/** Throws ConfigError for an address of no known form. */
function redisUrl(env: Environment): string {
  const text = env.REDIS_URL || 'redis://127.0.0.1:6379';
  if (parseRedisUrl(text)) return text;
  throw new ConfigError(
    'REDIS_URL is not allowed: give redis://[user:password@]host:port[/db], redis://a:7000,b:7001?cluster=true' +
      ' or redis+sentinel://host:port,host:port/name-of-master; with rediss for TLS.',
  );
}

/** Reads and checks all settings. Throws ConfigError for the first that is not allowed. */
export function readConfig(env: Environment) {
  const cluster = parseRedisUrl(redisUrl(env))?.kind === 'cluster';
  return Object.freeze({
    /** Where the API listens; 0 takes any free port (tests). */
    port: env.PORT === '0' ? 0 : integer(env, 'PORT', 8080, 1, 65_535),
    redisUrl: redisUrl(env),
    /** Basic-auth password of /admin, /admin/queues and /metrics; none: they are absent. */
    adminPassword: env.ADMIN_PASSWORD || null,
    /** Wrong passwords from one address in ten minutes: enough for typing, three thousand a day for guessing. */
    adminTries: integer(env, 'ADMIN_TRIES', 20, 1, 1_000_000),
    /** Seconds without a poll or send after which a user is ended: above the once-a-minute timers of hidden tabs. */
    userTtl: integer(env, 'USER_TTL', 90, 1, 86_400),
    /** Seconds an empty room's log is kept. */
    roomTtl: integer(env, 'ROOM_TTL', 86_400, 1, 2_592_000),
    /**
     * Partitions of users and of rooms; refused when a Redis holds data of another number. Fan-out takes one script call for each in
     * which a room has members, so one Redis wants one. In a cluster each is in one slot: 64 spread evenly (on three masters 22, 21
     * and 21 of them; of 16 it would be 8, 4 and 4, and with six masters two would have none).
     */
    shards: integer(env, 'SHARDS', cluster ? 64 : 1, 1, 1_024),
    /** Queues of fan-out: in a cluster several, so that no node has all of its load, and one that is away does not stop it. */
    fanOutQueues: integer(env, 'FANOUT_QUEUES', cluster ? 8 : 1, 1, 64),
    /** Replicas that must have a message, and a user's coming or going, before it is answered, and an event before it is delivered (WAIT); 0: what a failover may lose is lost. */
    redisWait: integer(env, 'REDIS_WAIT', 0, 0, 16),
    /** Redis connections of one API process for polls that wait in the blocking way. */
    pollConnections: integer(env, 'POLL_CONNECTIONS', 64, 1, 10_000),
    /** Whether polls of users who stay may wait in memory, fed by deliveries. */
    live: choice(env, 'LIVE', 'on', ['on', 'off']) === 'on',
    /** Messages kept in a room's log once everybody has them, beside the last comings and goings. */
    history: integer(env, 'HISTORY', 1_000, 1, 100_000),
    /** Undelivered events of one room at which sends to it are refused. */
    logMax: integer(env, 'LOG_MAX', 10_000, 10, 1_000_000),
    /** Events an inbox holds before it loses its oldest. With no more than HISTORY, all of them can be read back. */
    inboxMax: integer(env, 'INBOX_MAX', 1_000, 1, 100_000),
    /** Bytes an inbox holds before it loses its oldest: 1,000 messages of usual length fit, of the largest 40 do. Who joins and never polls has 32 KiB, for 30 s. */
    inboxBytes: integer(env, 'INBOX_BYTES', 524_288, 65_536, 1_073_741_824),
    /** Rooms advanced side by side by one worker; measured best from 10 on, Redis is the limit then. */
    workerConcurrency: integer(env, 'WORKER_CONCURRENCY', 10, 1, 1_000),
    logLevel: choice(env, 'LOG_LEVEL', 'info', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    /** `json` for machines, `text` for a terminal. */
    logFormat: choice(env, 'LOG_FORMAT', 'json', ['json', 'text']),
    /** Spans of fan-out for OpenTelemetry; off, since its packages are not among ours (docs/hosting.md). */
    otel: choice(env, 'OTEL', 'off', ['on', 'off']) === 'on',
    /** `off` only for load tests. */
    rateLimits: choice(env, 'RATE_LIMITS', 'on', ['on', 'off']) === 'on',
    /** Messages a second one user may send in the long run; four seconds' worth may come at once. */
    sendRate: integer(env, 'SEND_RATE', 5, 1, 10_000),
    /** Pages of which origins may use this chat, for a host that serves only its own; none: all. `null` is a file, or a sandboxed frame. */
    allowedOrigins: origins(env, 'ALLOWED_ORIGINS'),
    /** Proxies of ours in front, each adding to X-Forwarded-For; 0: clients connect to us, and what that header says is not believed. */
    trustProxy: integer(env, 'TRUST_PROXY', 0, 0, 16),
    /** Users made from one address in a minute: a lecture hall that opens the page together. */
    addressJoins: integer(env, 'ADDRESS_JOINS', 300, 1, 1_000_000),
    /** New rooms from one address in an hour: each keeps its log for ROOM_TTL. That hall, opening three fiddles each. */
    addressRooms: integer(env, 'ADDRESS_ROOMS', 1_000, 1, 1_000_000),
    /** Messages from one address in 10 s: that hall, when everybody says something every three seconds. */
    addressSends: integer(env, 'ADDRESS_SENDS', 1_000, 1, 1_000_000),
    /** Messages into one room in 10 s: far more than anybody can read, and what fan-out to a thousand members can follow. */
    roomSends: integer(env, 'ROOM_SENDS', 500, 1, 1_000_000),
    /** Users who come into one room in 10 s, each an event for all who are there: that hall, and as many from elsewhere. */
    roomJoins: integer(env, 'ROOM_JOINS', 500, 1, 1_000_000),
    /** Beginnings of rooms that only the host opens: nobody comes first there. */
    reservedRooms: prefixes(env, 'RESERVED_ROOMS'),
    /** Readings of history, members and rooms from one address in 10 s: that hall, coming back from a lost connection. */
    addressReads: integer(env, 'ADDRESS_READS', 1_000, 1, 1_000_000),
    /** Users of one address in a minute that take back what they have said, for which whole logs are looked through. */
    addressForgets: integer(env, 'ADDRESS_FORGETS', 60, 1, 1_000_000),
    /** Different worthless tokens from one address in a minute: that hall, after a Redis that lost all users. */
    addressFailures: integer(env, 'ADDRESS_FAILURES', 600, 1, 1_000_000),
    /** Polls that one process holds for one address: 16 MB of memory; that hall three times. */
    addressPolls: integer(env, 'ADDRESS_POLLS', 1_000, 1, 1_000_000),
    /** Calls of one user in 10 s that could give it nothing, such as polls with `timeout=0` for an empty inbox: an impatient page asks ten times a second. */
    fruitlessCalls: integer(env, 'FRUITLESS_CALLS', 200, 1, 1_000_000),
    /** The same from one address, in one process: that hall, each asking once a second. */
    addressFruitless: integer(env, 'ADDRESS_FRUITLESS', 3_000, 1, 1_000_000),
    /** Connections of one process, all together: 20 KB each. */
    connections: integer(env, 'CONNECTIONS', 20_000, 1, 1_000_000),
    /** Connections from one address, when there are no proxies: browsers open six each for that hall. */
    addressConnections: integer(env, 'ADDRESS_CONNECTIONS', 2_000, 1, 1_000_000),
    /** Seconds a client may take to send a request, and to take an answer that is ready: the largest by a slow mobile phone. */
    clientTimeout: integer(env, 'CLIENT_TIMEOUT', 30, 1, 3_600),
    /**
     * Seconds a process that was told to end serves on while `/ready` says no, for a load balancer that looks there. None where
     * processes share a port, as under pm2: the next one is there before the former is told.
     */
    drainNotice: integer(env, 'DRAIN_NOTICE', 0, 0, 60),
    /** Signals a second one user may give in the long run: a pointer that is followed needs some twenty. */
    signalRate: integer(env, 'SIGNAL_RATE', 25, 1, 10_000),
  });
}

export type Config = ReturnType<typeof readConfig>;

/** The settings that only the start needs: how many processes, and the Redis it may have to start itself. */
export function readStartConfig(env: Environment) {
  return Object.freeze({
    apiInstances: integer(env, 'API_INSTANCES', 2, 1, 128),
    workerInstances: integer(env, 'WORKER_INSTANCES', 1, 1, 128),
    appendfsync: choice(env, 'REDIS_APPENDFSYNC', 'everysec', ['everysec', 'always', 'no']),
    /** MB that its own Redis may hold: a third of the machine, as rewriting its log can take as much again for a moment. */
    redisMaxMemory: integer(env, 'REDIS_MAXMEMORY', Math.max(64, Math.floor(memory() / 3 / 1_048_576)), 64, 16_777_216),
    /** The host gave a Redis; none is started. */
    ownRedis: !env.REDIS_URL,
    cores: availableParallelism(),
  });
}

/** Bytes of memory that this machine has, or that this container may use. */
function memory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Infinity);
}

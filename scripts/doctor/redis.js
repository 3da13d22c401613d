/** Checks Redis: whether the chat can use it, whether it keeps all data, and whether it allows enough connections. */
import { bad, good, megabytes, note } from './findings.js';
import { kernel } from './machine.js';
import { checkPrefix } from './prefix.js';

const TIMEOUT_MS = 5_000;
/** Connections of an API process beside its pool, of a worker, and of tools such as this one. */
const API_CONNECTIONS_MAX = 3;
const WORKER_CONNECTIONS_MAX = 6;
const TOOL_CONNECTIONS_MAX = 10;
/** Clocks may differ by this much before times and measured delays look odd. */
const CLOCK_DIFFERENCE_MAX_MS = 1_000;
/** A message takes some four round trips to Redis, so a longer one is felt. */
const ROUND_TRIP_MAX_MS = 5;
/** Above this part of what there is, it gets tight. */
const TIGHT_RATIO = 0.8;
/** The values of rooms are worth a note above this part of what Redis uses. */
const HEAVY_RATIO = 0.25;
const PING_COUNT = 5;

/**
 * @typedef {import('./findings.js').Finding} Finding
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {import('#dist/shared/redis/client.js').RedisClient} RedisClient
 * @typedef {Awaited<ReturnType<typeof readServer>>} Server what one Redis server says of itself
 */

/**
 * Resolves with the findings about the Redis of `url`.
 *
 * @param {string} url
 * @param {Settings} settings
 * @param {boolean} isOwn whether it is the chat's own Redis, and not that of REDIS_URL
 * @returns {Promise<Finding[]>}
 */
export async function checkRedisOf(url, settings, isOwn) {
  const unusable = await findUnusable(url, settings, isOwn);
  if (unusable) return [unusable];
  const { mastersOf } = await import('#dist/shared/redis/client.js');
  const { runningInstances } = await import('#dist/shared/metrics/aggregate.js');
  const { weighValues } = await import('#dist/shared/store/values.js');
  const { Keys } = await import('#dist/shared/store/keys.js');
  const keys = new Keys(settings.shards, settings.redisPrefix);
  const [servers, values, running, prefix] = await withRedis(url, settings, (redis) =>
    Promise.all([
      Promise.all(mastersOf(redis).map(readServer)),
      weighValues({ redis, keys }, 1),
      runningInstances({ redis, keys }),
      checkPrefix(redis, keys),
    ]),
  );
  const findings = await Promise.all(
    servers.map(async (server) => {
      const own = await findingsOf(server, url, settings);
      return servers.length === 1 ? own : own.map((one) => ({ ...one, text: `${server.name}: ${one.text}` }));
    }),
  );
  return [...findings.flat(), ...prefix, ...checkValues(values, servers), ...checkWorkers(running)];
}

/**
 * Returns no finding while no process of the chat runs.
 *
 * @param {string[]} running the names of the processes that have written metrics lately
 */
function checkWorkers(running) {
  const count = running.filter((name) => name.startsWith('worker-')).length;
  if (count > 0) return [good(`Running workers: ${count}.`)];
  if (running.length === 0) return [];
  return [bad('No worker runs. Messages are accepted, but not delivered.', 'Start one: "npx pm2 restart worker".')];
}

/**
 * Resolves with the finding for a Redis that cannot be used, else with null.
 *
 * @param {string} url
 * @param {Settings} settings
 * @param {boolean} isOwn
 */
async function findUnusable(url, settings, isOwn) {
  const { checkRedis, unusableText } = await import('#dist/shared/preflight/preflight.js');
  const { MEMORY_FULL, stateText } = await import('#dist/shared/redis/reasons.js');
  try {
    const reason = await checkRedis(url, settings.shards, settings.redisPrefix);
    if (reason === MEMORY_FULL) return bad(`${stateText(reason)}.`, moreMemory(url, isOwn));
    if (reason === null) return null;
    return bad(isOwn ? `The chat's own Redis (${url}) cannot be used: ${reason}.` : unusableText(url, reason));
  } catch (error) {
    return bad(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Returns how to give Redis more memory.
 *
 * @param {string} url
 * @param {boolean} isOwn
 */
function moreMemory(url, isOwn) {
  if (!isOwn)
    return 'Run "config set maxmemory 2gb" with redis-cli, and set maxmemory in the configuration of Redis, too.';
  const { port } = new URL(url);
  return (
    `At once: "redis-cli -p ${port} config set maxmemory 2gb". ` +
    'For good: raise REDIS_MAXMEMORY, and start the chat again.'
  );
}

/**
 * @param {Server} server
 * @param {string} url
 * @param {Settings} settings
 */
async function findingsOf(server, url, settings) {
  const findings = [
    checkRoundTrip(server),
    checkAppendOnly(server),
    checkSync(server),
    checkDisk(server),
    checkEviction(server),
    checkMemory(server),
    checkConnections(server, settings),
    checkReplicas(server, settings),
    checkClock(server),
    ...(isOnThisMachine(url) ? [await checkBacklog(server), await checkOvercommit()] : []),
  ];
  return findings.filter((one) => one !== null);
}

const isOnThisMachine = (/** @type {string} */ url) =>
  /@?(localhost|127\.0\.0\.1|\[::1\])(:\d+)?/.test(url.replace(/^.*(@|\/\/)/, ''));

/**
 * Returns a note when values are much of what Redis holds.
 *
 * @param {Awaited<ReturnType<typeof import('#dist/shared/store/values.js').weighValues>>} values
 * @param {Server[]} servers
 */
function checkValues({ bytes, rooms: [heaviest] }, servers) {
  const used = servers.reduce((sum, { info }) => sum + Number(info('used_memory')), 0);
  if (heaviest === undefined || bytes <= HEAVY_RATIO * used) return [];
  return [
    note(
      `The values of rooms take ${megabytes(bytes)} of the ${megabytes(used)} that Redis uses; ` +
        `the room ${heaviest.name} has the most.`,
      'The page /admin lists these rooms and can clear them.',
    ),
  ];
}

/**
 * Connects to the chat's Redis for as long as `work` takes.
 *
 * @template T
 * @param {string} url
 * @param {{ redisPrefix: string }} settings
 * @param {(redis: RedisClient) => Promise<T>} work
 */
export async function withRedis(url, { redisPrefix }, work) {
  const { connect, redisTarget } = await import('#dist/shared/redis/connect.js');
  const { scriptsFor } = await import('#dist/shared/store/scripts.js');
  const scripts = scriptsFor(redisTarget(url).kind === 'cluster', redisPrefix);
  const redis = connect(url, {
    scripts,
    retryStrategy: () => null,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
  }).on('error', () => undefined);
  try {
    await redis.exists(`${redisPrefix}any`); // after this, the client knows the nodes of a cluster
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/**
 * Resolves with facts about one server. `info(field)` reads INFO. A setting that a hosted Redis does not tell is null.
 */
async function readServer(/** @type {import('ioredis').Redis} */ redis) {
  const text = await redis.info();
  const info = (/** @type {string} */ field) => new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
  const setting = (/** @type {string} */ name) =>
    redis.config('GET', name).then(
      (pair) => /** @type {string[]} */ (pair)[1] ?? null,
      () => null,
    );
  return {
    name: `${redis.options.host}:${redis.options.port}`,
    info,
    roundTripMs: await measureRoundTrip(redis),
    clockDifferenceMs: await measureClock(redis),
    appendfsync: await setting('appendfsync'),
    maxclients: await setting('maxclients'),
    backlog: await setting('tcp-backlog'),
  };
}

/** Resolves with the ms by which the server's clock is ahead of this machine's. */
async function measureClock(/** @type {import('ioredis').Redis} */ redis) {
  const from = Date.now();
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Number(micros) / 1_000 - (from + Date.now()) / 2;
}

/** Resolves with the ms of the quickest of a few round trips. */
async function measureRoundTrip(/** @type {import('ioredis').Redis} */ redis) {
  const took = [];
  for (let i = 0; i < PING_COUNT; i += 1) {
    const from = performance.now();
    await redis.ping();
    took.push(performance.now() - from);
  }
  return Math.min(...took);
}

function checkRoundTrip(/** @type {Server} */ { info, roundTripMs }) {
  const answer = `Redis ${info('redis_version')} can be used and answers in ${roundTripMs.toFixed(1)} ms`;
  return roundTripMs < ROUND_TRIP_MAX_MS
    ? good(`${answer}.`)
    : note(`${answer}, and a message takes several times that.`, 'Move Redis nearer to the chat.');
}

function checkAppendOnly(/** @type {Server} */ { info }) {
  if (info('aof_enabled') === '1') return good('Redis keeps an append-only file.');
  return bad('Redis keeps no append-only file, so a restart loses users and messages.', 'Set "appendonly yes".');
}

function checkSync(/** @type {Server} */ { info, appendfsync }) {
  if (info('aof_enabled') !== '1') return null;
  if (appendfsync === null)
    return note('Redis does not tell its settings (CONFIG).', 'Make sure that appendfsync is everysec or always.');
  if (appendfsync === 'no')
    return note(
      'appendfsync is no, so a crash of the machine may lose half a minute.',
      'Set "appendfsync everysec", which costs little.',
    );
  return good(
    appendfsync === 'always'
      ? 'appendfsync is always: a crash loses nothing that was accepted.'
      : `appendfsync is ${appendfsync}: a crash may lose the last second.`,
  );
}

function checkDisk(/** @type {Server} */ { info }) {
  const failing = ['aof_last_write_status', 'aof_last_bgrewrite_status', 'rdb_last_bgsave_status'].filter(
    (field) => info(field) === 'err',
  );
  return failing.length === 0
    ? good('Redis can write to its disk.')
    : bad(
        `Redis could not write to its disk (${failing.join(', ')}).`,
        'Read its log, and see whether the disk is full.',
      );
}

function checkEviction(/** @type {Server} */ { info }) {
  const policy = info('maxmemory_policy');
  const evicted = Number(info('evicted_keys'));
  if (policy !== 'noeviction')
    return bad(
      `maxmemory-policy is ${policy}, so a full Redis deletes users and rooms.`,
      'Set "maxmemory-policy noeviction".',
    );
  return evicted === 0
    ? good('Redis deletes nothing when its memory is full (noeviction).')
    : bad(
        `Redis has deleted ${evicted} keys under another policy, so users or rooms may be incomplete.`,
        'The command CONFIG RESETSTAT sets this count to 0.',
      );
}

function checkMemory(/** @type {Server} */ { info }) {
  const used = Number(info('used_memory'));
  const most = Number(info('maxmemory'));
  const machine = Number(info('total_system_memory'));
  if (most === 0)
    return note(
      `maxmemory is not set (${megabytes(used)} of ${megabytes(machine)} in use), ` +
        'so a growing chat takes the memory of everything else on that machine.',
      'Set it to half of the memory.',
    );
  if (used > TIGHT_RATIO * most)
    return bad(
      `Redis uses ${megabytes(used)} of ${megabytes(most)} (maxmemory), and the chat is unavailable when all is used.`,
      'Raise maxmemory (REDIS_MAXMEMORY), or lower HISTORY and ROOM_TTL.',
    );
  if (machine > 0 && most > TIGHT_RATIO * machine)
    return note(
      `maxmemory is ${megabytes(most)} of the machine's ${megabytes(machine)}, ` +
        'and rewriting the append-only file may need as much again.',
      'Lower maxmemory, or give the machine more memory.',
    );
  return good(`Redis uses ${megabytes(used)} of ${megabytes(most)} (maxmemory).`);
}

/** During a reload there is one API process more. */
function checkConnections(
  /** @type {Server} */ { info, maxclients },
  /** @type {Settings} */ { apiInstances, workerInstances, pollConnections },
) {
  const most = Number(maxclients ?? info('maxclients'));
  const needed =
    (apiInstances + 1) * (pollConnections + API_CONNECTIONS_MAX) +
    workerInstances * WORKER_CONNECTIONS_MAX +
    TOOL_CONNECTIONS_MAX;
  const refused = Number(info('rejected_connections'));
  if (!most)
    return note(
      'Redis does not tell how many connections it allows (maxclients).',
      `Make sure that it allows ${needed}.`,
    );
  if (most < needed)
    return bad(
      `Redis allows ${most} connections (maxclients), and the chat may need ${needed}, so polls would be refused.`,
      'Raise maxclients and the limit of open files of Redis, or lower POLL_CONNECTIONS.',
    );
  if (refused > 0)
    return note(
      `Redis has refused ${refused} connections since it started, because it allows only ${most} (maxclients).`,
      'Find out what else uses it.',
    );
  return good(`Redis allows ${most} connections, and the chat may need ${needed}.`);
}

function checkReplicas(/** @type {Server} */ { info }, /** @type {Settings} */ { redisWait }) {
  if (redisWait === 0) return null;
  const replicas = Array.from({ length: Number(info('connected_slaves')) }, (_, number) => info(`slave${number}`));
  const online = replicas.filter((replica) => replica.includes('state=online')).length;
  if (online < redisWait)
    return bad(
      `REDIS_WAIT=${redisWait}, but Redis has ${online} replicas, so the chat refuses joins and messages.`,
      `Start a replica, or set REDIS_WAIT=${online}.`,
    );
  return good(`Redis has ${online} replicas for REDIS_WAIT=${redisWait}.`);
}

function checkClock(/** @type {Server} */ { clockDifferenceMs }) {
  const seconds = (Math.abs(clockDifferenceMs) / 1_000).toFixed(1);
  return Math.abs(clockDifferenceMs) < CLOCK_DIFFERENCE_MAX_MS
    ? good('The clocks of Redis and of this machine agree.')
    : note(
        `The clock of Redis is ${seconds} s ${clockDifferenceMs > 0 ? 'ahead of' : 'behind'} this machine's, ` +
          'so the times of messages and the measured delays are wrong.',
        'Let both follow NTP.',
      );
}

async function checkBacklog(/** @type {Server} */ { backlog }) {
  const most = await kernel('net/core/somaxconn');
  if (most === null || backlog === null || Number(backlog) <= most) return null;
  return note(
    `tcp-backlog of Redis is ${backlog}, but net.core.somaxconn is only ${most}, ` +
      'so some processes wait when all connect at once.',
    'Raise net.core.somaxconn.',
  );
}

async function checkOvercommit() {
  const overcommit = await kernel('vm/overcommit_memory');
  if (overcommit === null || overcommit === 1) return null;
  return note(
    'vm.overcommit_memory is not 1, so rewriting the append-only file may fail for lack of memory.',
    'Run "sysctl -w vm.overcommit_memory=1".',
  );
}

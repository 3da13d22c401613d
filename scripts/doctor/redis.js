/** Redis: whether it can be used, keeps what it is given, forgets nothing by itself, and has room for all connections. */
import { bad, good, megabytes, note } from './findings.js';
import { kernel } from './machine.js';

const PATIENCE = 5_000;
/** Connections to Redis: of an API process beside its pool, of a worker, and of tools, this one among them. */
const API_CONNECTIONS = 3;
const WORKER_CONNECTIONS = 6;
const OTHERS = 10;
/** ms by which clocks may differ before times and figures look odd. */
const CLOCK_OFF = 1_000;
/** ms to Redis and back, of which a message takes four or so. */
const FAR = 5;
/** The share of what there is, above which it gets tight. */
const TIGHT = 0.8;
/** The share of Redis's memory from which values are worth a word. */
const HEAVY = 0.25;

/**
 * @typedef {import('./findings.js').Finding} Finding
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {import('#dist/shared/redis/owners.js').RedisClient} RedisClient
 * @typedef {Awaited<ReturnType<typeof read>>} Facts what one server says of itself
 */

/**
 * Looks at the Redis of `url`.
 *
 * @param {string} url
 * @param {Settings} settings
 * @returns {Promise<Finding[]>}
 */
export async function checkRedisOf(url, settings) {
  const { checkRedis, unusableText } = await import('#dist/shared/preflight/preflight.js');
  const unusable = await checkRedis(url, settings.shards).then(
    (reason) => reason && unusableText(url, reason),
    (error) => error.message,
  );
  if (unusable) return [bad(unusable)];
  const { mastersOf } = await import('#dist/shared/redis/owners.js');
  const [servers, values] = await withRedis(url, (redis) =>
    Promise.all([Promise.all(mastersOf(redis).map(read)), weigh(redis, settings.shards)]),
  );
  const findings = await Promise.all(servers.map((facts) => findingsOf(facts, url, settings)));
  const all =
    servers.length === 1
      ? findings.flat()
      : findings.flatMap((list, i) =>
          list.map((one) => ({ ...one, sentence: `${servers[i]?.name}: ${one.sentence}` })),
        );
  return [...all, ...checkValues(values, servers)];
}

/**
 * @param {Facts} facts
 * @param {string} url
 * @param {Settings} settings
 */
async function findingsOf(facts, url, settings) {
  const findings = [
    checkDistance(facts),
    checkFile(facts),
    checkSync(facts),
    checkDisk(facts),
    checkEviction(facts),
    checkMemory(facts),
    checkConnections(facts, settings),
    checkReplicas(facts, settings),
    checkClock(facts),
    ...(isHere(url) ? [await checkBacklog(facts), await checkOvercommit()] : []),
  ];
  return findings.filter((one) => one !== null);
}

const isHere = (/** @type {string} */ url) =>
  /@?(localhost|127\.0\.0\.1|\[::1\])(:\d+)?/.test(url.replace(/^.*(@|\/\/)/, ''));

/**
 * The bytes that the values of rooms take, and the room with most of them.
 *
 * @param {RedisClient} redis
 * @param {number} shards
 */
async function weigh(redis, shards) {
  const { Keys } = await import('#dist/shared/store/keys.js');
  const { weighValues } = await import('#dist/shared/store/values.js');
  return weighValues({ redis, keys: new Keys(shards) }, 1);
}

/**
 * Says so when they are much of what Redis holds.
 *
 * @param {Awaited<ReturnType<typeof weigh>>} weighed
 * @param {Facts[]} servers
 */
function checkValues({ bytes, rooms: [heaviest] }, servers) {
  const used = servers.reduce((sum, { of }) => sum + Number(of('used_memory')), 0);
  if (heaviest === undefined || bytes <= HEAVY * used) return [];
  return [
    note(
      `The values of rooms take ${megabytes(bytes)} of the ${megabytes(used)} that Redis uses; most in the room ${heaviest.name}. /admin lists them, and "Clear" takes them away.`,
    ),
  ];
}

/**
 * Connects to the chat's Redis for as long as `work` takes.
 *
 * @template T
 * @param {string} url
 * @param {(redis: RedisClient) => Promise<T>} work
 */
export async function withRedis(url, work) {
  const { connect, redisTarget } = await import('#dist/shared/redis/connect.js');
  const { scriptsFor } = await import('#dist/shared/store/scripts.js');
  const scripts = scriptsFor(redisTarget(url).kind === 'cluster');
  const redis = connect(url, {
    scripts,
    retryStrategy: () => null,
    connectTimeout: PATIENCE,
    commandTimeout: PATIENCE,
  }).on('error', () => undefined);
  try {
    await redis.exists('any'); // the nodes of a cluster are known then
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** What Redis says of itself: `of(field)` of INFO, and settings, which are null where they are not told (hosted ones do not). */
async function read(/** @type {import('ioredis').Redis} */ redis) {
  const info = await redis.info();
  const of = (/** @type {string} */ field) => new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
  const setting = (/** @type {string} */ name) =>
    redis.config('GET', name).then(
      (pair) => /** @type {string[]} */ (pair)[1] ?? null,
      () => null,
    );
  const from = Date.now();
  const [seconds, micros] = await redis.time();
  const clockOff = Number(seconds) * 1_000 + Number(micros) / 1_000 - (from + Date.now()) / 2;
  return {
    name: `${redis.options.host}:${redis.options.port}`,
    of,
    distance: await distanceTo(redis),
    clockOff,
    appendfsync: await setting('appendfsync'),
    maxclients: await setting('maxclients'),
    backlog: await setting('tcp-backlog'),
  };
}

/** ms of the quickest of a few round trips. */
async function distanceTo(/** @type {import('ioredis').Redis} */ redis) {
  const took = [];
  for (let i = 0; i < 5; i += 1) {
    const from = performance.now();
    await redis.ping();
    took.push(performance.now() - from);
  }
  return Math.min(...took);
}

function checkDistance(/** @type {Facts} */ { of, distance }) {
  const text = `Redis ${of('redis_version')} can be used; it answers in ${distance.toFixed(1)} ms`;
  return distance < FAR ? good(`${text}.`) : note(`${text}: a message takes several times that. Bring it nearer.`);
}

function checkFile(/** @type {Facts} */ { of }) {
  if (of('aof_enabled') === '1') return good('It keeps an append-only file.');
  return bad('It keeps no append-only file: when it restarts, users and messages are lost. Set "appendonly yes".');
}

function checkSync(/** @type {Facts} */ { of, appendfsync }) {
  if (of('aof_enabled') !== '1') return null;
  if (appendfsync === null)
    return note('It does not tell its settings (CONFIG): look up whether appendfsync is everysec or always.');
  if (appendfsync === 'no')
    return note('appendfsync is no: when the machine dies, half a minute may be lost. "everysec" costs little.');
  return good(
    `appendfsync is ${appendfsync}: ${appendfsync === 'always' ? 'nothing accepted is lost' : 'a second may be lost when it is killed'}.`,
  );
}

function checkDisk(/** @type {Facts} */ { of }) {
  const failing = ['aof_last_write_status', 'aof_last_bgrewrite_status', 'rdb_last_bgsave_status'].filter(
    (field) => of(field) === 'err',
  );
  return failing.length === 0
    ? good('It can write to its disk.')
    : bad(`It could not write to its disk (${failing.join(', ')}): see its log, and whether the disk is full.`);
}

function checkEviction(/** @type {Facts} */ { of }) {
  const policy = of('maxmemory_policy');
  const evicted = Number(of('evicted_keys'));
  if (policy !== 'noeviction')
    return bad(
      `maxmemory-policy is ${policy}: with a full memory it throws away users and rooms. Set "maxmemory-policy noeviction".`,
    );
  return evicted === 0
    ? good('It throws nothing away (noeviction).')
    : bad(
        `It has thrown away ${evicted} keys since it started, under another policy: users or rooms may be incomplete.`,
      );
}

function checkMemory(/** @type {Facts} */ { of }) {
  const used = Number(of('used_memory'));
  const most = Number(of('maxmemory'));
  const machine = Number(of('total_system_memory'));
  if (most === 0)
    return note(
      `maxmemory is not set (${megabytes(used)} of ${megabytes(machine)} in use): when the chat grows, all else on its machine suffers first. Set it to half of the machine.`,
    );
  if (used > TIGHT * most)
    return bad(
      `Its memory is nearly full (${megabytes(used)} of ${megabytes(most)}); at the end the chat is unavailable. Raise maxmemory, or lower HISTORY and ROOM_TTL.`,
    );
  if (machine > 0 && most > TIGHT * machine)
    return note(
      `maxmemory is ${megabytes(most)} of the machine's ${megabytes(machine)}: rewriting the append-only file may need as much again. Leave it more room.`,
    );
  return good(`It uses ${megabytes(used)} of ${megabytes(most)} (maxmemory).`);
}

/** A reload has one API process more than there are. */
function checkConnections(
  /** @type {Facts} */ { of, maxclients },
  /** @type {Settings} */ { apiInstances, workerInstances, pollConnections },
) {
  const most = Number(maxclients ?? of('maxclients'));
  const wanted =
    (apiInstances + 1) * (pollConnections + API_CONNECTIONS) + workerInstances * WORKER_CONNECTIONS + OTHERS;
  const refused = Number(of('rejected_connections'));
  if (!most) return note(`It does not tell how many connections it takes (maxclients): ${wanted} may be wanted.`);
  if (most < wanted)
    return bad(
      `It takes ${most} connections (maxclients), and up to ${wanted} may be wanted: polls would be refused. Raise maxclients and its limit of files, or lower POLL_CONNECTIONS.`,
    );
  if (refused > 0)
    return note(
      `It has refused ${refused} connections since it started, for being more than maxclients (${most}): who else uses it?`,
    );
  return good(`It takes ${most} connections; up to ${wanted} may be wanted.`);
}

function checkReplicas(/** @type {Facts} */ { of }, /** @type {Settings} */ { redisWait }) {
  if (redisWait === 0) return null;
  const online = Array.from({ length: Number(of('connected_slaves')) }, (_, number) => of(`slave${number}`)).filter(
    (replica) => /state=online/.test(replica),
  ).length;
  if (online < redisWait)
    return bad(
      `REDIS_WAIT=${redisWait}, and it has ${online} replicas: messages and who comes are refused, and what was said waits. Start a replica, or set REDIS_WAIT=${online}.`,
    );
  return good(`It has ${online} replicas; REDIS_WAIT=${redisWait}.`);
}

function checkClock(/** @type {Facts} */ { clockOff }) {
  const text = `${(Math.abs(clockOff) / 1_000).toFixed(1)} s ${clockOff > 0 ? 'ahead of' : 'behind'} this machine's`;
  return Math.abs(clockOff) < CLOCK_OFF
    ? good("Its clock and this machine's agree.")
    : note(`Its clock is ${text}: times of messages and the figures of delays are off by that. Let both follow NTP.`);
}

async function checkBacklog(/** @type {Facts} */ { backlog }) {
  const most = await kernel('net/core/somaxconn');
  if (most === null || backlog === null || Number(backlog) <= most) return null;
  return note(
    `Its tcp-backlog is ${backlog}, and net.core.somaxconn ${most}: when all processes connect at once, some wait. Raise net.core.somaxconn.`,
  );
}

async function checkOvercommit() {
  const overcommit = await kernel('vm/overcommit_memory');
  if (overcommit === null || overcommit === 1) return null;
  return note(
    'vm.overcommit_memory is not 1: rewriting the append-only file may fail for lack of memory. "sysctl -w vm.overcommit_memory=1" mends it.',
  );
}

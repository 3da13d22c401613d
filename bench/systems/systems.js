/** Starts the systems that are compared: the floor, the chat with its Redis, API processes and worker, and peers. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inProject, root } from '../../scripts/project.js';
import { randomPort } from '../../scripts/start/ports.js';
import { start, startNode, stop, temporaryFolder } from './processes.js';
import { RedisProbe } from './redis-probe.js';
import { cpuSeconds, residentBytes } from './usage.js';

const REDIS_START_TIMEOUT_MS = 5_000;
/** The arguments of Node in `ecosystem.config.js`. The floor has them, too, so that it has as much room for garbage. */
const NODE = ['--enable-source-maps', '--max-semi-space-size=32', '--single-threaded-gc'];
/** `collect-on-signal.js` collects all garbage and gives the memory back within this time. */
const COLLECTION_MS = 2_500;

/**
 * @typedef {object} Servers
 * @property {string} name
 * @property {'floor' | 'chat' | 'peer'} kind
 * @property {import('../load/crowd.js').Way} way how its clients get events
 * @property {string} dir the folder of its code
 * @property {Record<string, string>} settings its environment beside that of the bench
 * @property {number[]} ports where clients connect
 * @property {Record<string, import('node:child_process').ChildProcess[]>} parts
 * @property {RedisProbe | null} probe null for the floor
 */

/** The processes of one system, by part: `floor`, or `api`, `worker` and `redis`. A peer has no `worker`. */
export class System {
  constructor(/** @type {Servers} */ { name, kind, way, dir, settings, ports, parts, probe }) {
    this.name = name;
    this.kind = kind;
    this.way = way;
    this.dir = dir;
    this.settings = settings;
    this.ports = ports;
    this.parts = parts;
    this.probe = probe;
  }

  /** Returns the CPU-seconds used so far, by part. */
  cpu() {
    return this.#byPart(cpuSeconds);
  }

  /** Returns the bytes of resident memory, by part. */
  memory() {
    return this.#byPart(residentBytes);
  }

  /** Lets the Node processes collect their garbage. They must have been started with `collectable`. */
  async collectGarbage() {
    for (const [part, children] of Object.entries(this.parts))
      if (part !== 'redis') for (const child of children) child.kill('SIGUSR2');
    await sleep(COLLECTION_MS);
  }

  async stop() {
    this.probe?.close();
    const { redis = [], ...others } = this.parts;
    await Promise.all(Object.values(others).flat().map(stop));
    await Promise.all(redis.map(stop));
  }

  #byPart(/** @type {(pid: number) => number} */ read) {
    return Object.fromEntries(
      Object.entries(this.parts).map(([part, children]) => [
        part,
        children.reduce((sum, { pid }) => sum + (pid === undefined ? 0 : read(pid)), 0),
      ]),
    );
  }
}

/** Returns the port of API process number `i`, modulo the number of processes. */
export function portOf(/** @type {System} */ { name, ports }, i = 0) {
  const port = ports[i % ports.length];
  if (port === undefined) throw new Error(`${name} has no port`);
  return port;
}

/**
 * @typedef {object} Named
 * @property {string} name
 * @property {import('../load/crowd.js').Way} way
 *
 * @param {Named} named
 * @param {{ collectable?: boolean, tellsJoins?: boolean }} how `tellsJoins`: members hear of joins, as in the chat
 */
export async function startFloor({ name, way }, { collectable = false, tellsJoins = false }) {
  const port = await randomPort();
  const floor = await startNode([...NODE, ...collecting(collectable), inProject('bench/systems/floor.js')], {
    PORT: String(port),
    JOINED: tellsJoins ? 'on' : 'off',
  });
  const parts = { floor: [floor] };
  return new System({ name, kind: 'floor', way, dir: root, settings: {}, ports: [port], parts, probe: null });
}

/**
 * Starts a chat from the folder `dir`, which must be built.
 *
 * @typedef {object} ChatOptions
 * @property {Record<string, string>} [env] its settings
 * @property {number} [apis] the number of API processes
 * @property {string | null} [profile] a folder for CPU profiles
 * @property {boolean} [collectable] the processes collect their garbage on a signal
 * @property {string} [binary] the Node that runs it
 *
 * @param {Named} named
 * @param {string} dir
 * @param {ChatOptions} [options]
 */
export async function startChat(
  { name, way },
  dir,
  { env = {}, apis = 1, profile = null, collectable = false, binary } = {},
) {
  const { redis, url, probe } = await startRedis();
  const settings = { LOG_LEVEL: 'warn', RATE_LIMITS: 'off', USER_TTL: '3600', ...env, REDIS_URL: url };
  const node = [...NODE, ...profiling(profile), ...collecting(collectable)];
  const ports = [];
  const api = [];
  for (let i = 0; i < apis; i += 1) {
    ports.push(await randomPort());
    const own = { ...settings, PORT: String(ports[i]) };
    api.push(await startNode([...node, join(dir, 'dist/apps/api/main.js')], own, binary));
  }
  const worker = [await startNode([...node, join(dir, 'dist/apps/worker/main.js')], settings, binary)];
  const parts = { api, worker, redis: [redis] };
  return new System({ name, kind: 'chat', way, dir, settings, ports, parts, probe });
}

/** Starts a peer: one process of Node, with a Redis like that of the chat. */
export async function startPeer(/** @type {import('./peers.js').Peer} */ { name, program, folder }) {
  const { redis, redisPort, probe } = await startRedis();
  const port = await randomPort();
  const settings = { PACKAGES: folder, PORT: String(port), REDIS_PORT: String(redisPort) };
  const parts = { api: [await startNode([...NODE, program], settings)], redis: [redis] };
  return new System({ name, kind: 'peer', way: name, dir: folder, settings, ports: [port], parts, probe });
}

/** Starts a Redis that writes to its append-only file, and connects a probe to it. */
async function startRedis() {
  const data = temporaryFolder();
  const redisPort = await randomPort();
  const durable = [
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    'everysec',
    '--maxmemory-policy',
    'noeviction',
  ];
  const place = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(redisPort),
    '--dir',
    data,
    '--logfile',
    join(data, 'redis.log'),
  ];
  const redis = start('redis-server', [...place, ...durable], {});
  const url = `redis://127.0.0.1:${redisPort}`;
  return { redis, redisPort, url, probe: await RedisProbe.connect(url, REDIS_START_TIMEOUT_MS) };
}

const profiling = (/** @type {string | null} */ folder) =>
  folder === null ? [] : ['--cpu-prof', '--cpu-prof-dir', folder];
const collecting = (/** @type {boolean} */ on) =>
  on ? ['--expose-gc', '--import', inProject('bench/systems/collect-on-signal.js')] : [];

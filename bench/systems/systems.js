/** The systems that are compared: the floor, and the chat with its own Redis, API processes and worker. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inProject, root } from '../../scripts/project.js';
import { randomPort } from '../../scripts/start/ports.js';
import { start, startNode, stop, temporaryFolder } from './processes.js';
import { RedisProbe } from './redis-probe.js';
import { cpuSeconds, residentBytes } from './usage.js';

const REDIS_PATIENCE = 5_000;
/** As `ecosystem.config.js` starts Node; the floor has the same, so that it has the same room for garbage. */
const NODE = ['--enable-source-maps', '--max-semi-space-size=32', '--single-threaded-gc'];
/** What `collect-on-signal.js` needs (ms) to collect all garbage and give it back. */
const COLLECTING = 2_500;

/** Servers under load, by part (`floor`, or `api`, `worker` and `redis`), and where clients find them. */
export class System {
  /**
   * @param {string} name
   * @param {string} dir
   * @param {Record<string, string>} settings
   * @param {number[]} ports
   * @param {Record<string, import('node:child_process').ChildProcess[]>} parts
   * @param {RedisProbe | null} probe
   */
  constructor(name, dir, settings, ports, parts, probe) {
    this.name = name;
    this.dir = dir;
    /** Its environment, beside ours. */
    this.settings = settings;
    this.ports = ports;
    this.parts = parts;
    /** For questions to its Redis; null for the floor. */
    this.probe = probe;
  }

  /** Seconds of CPU used so far, by part. */
  cpu() {
    return this.#byPart(cpuSeconds);
  }

  /** Bytes resident, by part. */
  memory() {
    return this.#byPart(residentBytes);
  }

  /** Makes Node processes that were started for it collect their garbage. */
  async collectGarbage() {
    for (const [part, children] of Object.entries(this.parts))
      if (part !== 'redis') for (const child of children) child.kill('SIGUSR2');
    await sleep(COLLECTING);
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

/** The port of a system's API process number `i`, counted round and round. */
export function portOf(/** @type {System} */ { name, ports }, i = 0) {
  const port = ports[i % ports.length];
  if (port === undefined) throw new Error(`${name} listens nowhere`);
  return port;
}

export async function startFloor({ collectable = false } = {}) {
  const port = await randomPort();
  const floor = await startNode([...NODE, ...collecting(collectable), inProject('bench/systems/floor.js')], {
    PORT: String(port),
  });
  return new System('floor', root, {}, [port], { floor: [floor] }, null);
}

/**
 * Starts a chat from the folder `dir`, which must be built. `env` are its settings, `apis` its API processes; `profile`
 * is a folder for CPU profiles, `binary` the Node that runs it, else ours.
 *
 * @param {string} name
 * @param {string} dir
 * @param {{ env?: Record<string, string>, apis?: number, profile?: string | null, collectable?: boolean, binary?: string }} [how]
 */
export async function startChat(name, dir, { env = {}, apis = 1, profile = null, collectable = false, binary } = {}) {
  const data = temporaryFolder();
  const redisPort = await randomPort();
  const redis = start(
    'redis-server',
    [
      '--bind',
      '127.0.0.1',
      '--port',
      String(redisPort),
      '--dir',
      data,
      '--logfile',
      join(data, 'redis.log'),
      '--save',
      '',
      '--appendonly',
      'yes',
      '--appendfsync',
      'everysec',
      '--maxmemory-policy',
      'noeviction',
    ],
    {},
  );
  const url = `redis://127.0.0.1:${redisPort}`;
  const probe = await RedisProbe.connect(url, REDIS_PATIENCE);
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
  return new System(name, dir, settings, ports, { api, worker, redis: [redis] }, probe);
}

const profiling = (/** @type {string | null} */ folder) =>
  folder === null ? [] : ['--cpu-prof', '--cpu-prof-dir', folder];
const collecting = (/** @type {boolean} */ on) =>
  on ? ['--expose-gc', '--import', inProject('bench/systems/collect-on-signal.js')] : [];

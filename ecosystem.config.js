/**
 * What runs, for pm2: `npm start` uses it, and so can `pm2 start ecosystem.config.js` after `npm run build`.
 * Redis is one of it unless REDIS_URL names another.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONFIG_EXIT, ConfigError, readConfig, readStartConfig } from '#dist/shared/config/config.js';
import { Problem } from './scripts/problem.js';
import { portNow, redisArguments } from './scripts/start/own-redis.js';

const settings = orEnd(() => ({ ...readConfig(process.env), ...readStartConfig(process.env) }));
const port = settings.ownRedis ? orEnd(portNow) : null;

/**
 * What the host has to mend is said in one line; pm2 would add its own and a stack.
 *
 * @template T
 * @param {() => T} read
 */
function orEnd(read) {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof Problem)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

const common = {
  cwd: dirname(fileURLToPath(import.meta.url)),
  merge_logs: true,
  // a process that ends is started again for ever, but ever less often: pm2's own limit would give up on it
  exp_backoff_restart_delay: 100,
  // one that only the host can help says so in its log and stays away
  stop_exit_codes: [CONFIG_EXIT],
  // above what an API process (3 s, after its notice) and a worker (4 s) give themselves to end in order
  kill_timeout: 8_000 + settings.drainNotice * 1_000,
};

const telemetry = new URL('scripts/tracing.js', import.meta.url).href;

const node = {
  ...common,
  // held polls outlive many small collections; with room for them there are few (a third less CPU per delivery). With a process for each
  // core, helpers that collect garbage only wait for one another: pauses of 40 ms on one core became 15
  node_args: `--enable-source-maps --max-semi-space-size=32 --single-threaded-gc${settings.otel ? ` --import ${telemetry}` : ''}`,
  pmx: false, // pm2's own instruments; with them a process whose start throws lives on, doing nothing
  wait_ready: true,
};

/**
 * ms for which a reload waits for the new process before it ends the former one, ready or not. A start took more than 10 s on a slow
 * machine, and nobody listened meanwhile. systemd gives `pm2 resurrect` 90 s.
 */
const API_START_MS = 75_000;
/** A worker is ready when it has reached Redis: while Redis is away, pm2 must not wait for long. */
const WORKER_START_MS = 10_000;

const redisAt = (/** @type {number} */ ownPort) => ({
  ...common,
  name: 'redis',
  script: 'redis-server',
  interpreter: 'none',
  args: redisArguments(ownPort, settings),
});

const envOf = (/** @type {string} */ name) => ({
  ...(port !== null && { REDIS_URL: `redis://127.0.0.1:${port}` }),
  ...(settings.otel && { OTEL_SERVICE_NAME: `nobackend-chat-${name}` }),
});

export const apps = [
  ...(port === null ? [] : [redisAt(port)]),
  {
    ...node,
    name: 'api',
    env: envOf('api'),
    script: 'dist/apps/api/main.js',
    exec_mode: 'cluster',
    instances: settings.apiInstances,
    listen_timeout: API_START_MS,
  },
  {
    ...node,
    name: 'worker',
    env: envOf('worker'),
    script: 'dist/apps/worker/main.js',
    exec_mode: 'fork',
    instances: settings.workerInstances,
    listen_timeout: WORKER_START_MS,
  },
];

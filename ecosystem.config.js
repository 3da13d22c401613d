/**
 * The processes that pm2 runs. `npm start` uses this file; after `npm run build`, so can `pm2 start
 * ecosystem.config.js`. The chat's own Redis is among them, unless REDIS_URL is set.
 */
import { CONFIG_EXIT_CODE, ConfigError, readConfig, readStartConfig } from '#dist/shared/config/config.js';
import { startPath } from './scripts/deploy/releases.js';
import { Problem } from './scripts/problem.js';
import { home } from './scripts/project.js';
import { portNow, redisArguments, redisProgram } from './scripts/start/own-redis.js';

const settings = orEnd(() => ({ ...readConfig(process.env), ...readStartConfig(process.env) }));
const port = settings.ownRedis ? orEnd(portNow) : null;

/**
 * Ends this process with one line when the host has to change something. pm2 itself would print a stack.
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
  cwd: home,
  merge_logs: true,
  // pm2 restarts a process for ever, with growing pauses; its own limit would give the process up
  exp_backoff_restart_delay: 100,
  // a process that only the host can help says so in its log and is not restarted
  stop_exit_codes: [CONFIG_EXIT_CODE],
  // an API process takes up to 3 s after its notice to end in order, a worker up to 4 s
  kill_timeout: 8_000 + settings.drainNotice * 1_000,
};

const tracing = settings.otel ? ` --import ${new URL('scripts/tracing.js', import.meta.url).href}` : '';

const node = {
  ...common,
  // Held polls survive many small garbage collections. A larger young generation makes these rare: a third less CPU per
  // delivery. With one process per core, helper threads of the collector only wait for one another: without them,
  // pauses of 40 ms on one core became 15 ms.
  node_args: `--enable-source-maps --max-semi-space-size=32 --single-threaded-gc${tracing}`,
  pmx: false, // with pm2's own metrics, a process whose start throws lives on and does nothing
  wait_ready: true,
};

/**
 * A reload waits this long for the new process, then it ends the old one in any case. So the time is a week: a new
 * process that throws, hangs or refuses a setting must not end the one that serves. The timer of Node ends at 24 days.
 */
const API_START_MS = 7 * 86_400_000;
/** A worker is ready when it has reached Redis. While Redis is away, pm2 must not wait long. */
const WORKER_START_MS = 10_000;

const redisAt = (/** @type {number} */ ownPort) => ({
  ...common,
  name: 'redis',
  script: redisProgram() ?? 'redis-server',
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
    script: startPath('dist/apps/api/main.js'),
    exec_mode: 'cluster',
    instances: settings.apiInstances,
    listen_timeout: API_START_MS,
  },
  {
    ...node,
    name: 'worker',
    env: envOf('worker'),
    script: startPath('dist/apps/worker/main.js'),
    exec_mode: 'fork',
    instances: settings.workerInstances,
    listen_timeout: WORKER_START_MS,
  },
];

/** Runs all processes of ecosystem.config.js under pm2-runtime, waits until they are ready, and ends them in order. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Problem } from '../problem.js';
import { home, inProject, pm2Home } from '../project.js';
import { killLeftovers } from './leftovers.js';
import { appendOnlyFolder, logFile } from './own-redis.js';
import { cpuOf, Progress } from './progress.js';
import { reasonInLog } from './redis-log.js';

/**
 * A start has failed when nothing has moved for this time. On a fifth of a core, the longest standstill was some
 * seconds.
 */
const STANDSTILL_MAX_MS = 30_000;
/** A start has failed after this time in any case. */
const START_MAX_MS = 300_000;
/** A process that has restarted this often before all were ready will not succeed. */
const RESTARTS_MAX = 3;
const CHECK_EVERY_MS = 100;
/** An idle Redis needs minutes for this many ticks of CPU. One that loads needs seconds, also on a fifth of a core. */
const LOADING_TICKS = 100;
/** An API process ends within 3 s, a worker within 4 s. */
const PROCESSES_STOP_MS = 4_000;
const STOP_MS = 4_700;
/** pm2's lines about itself. Only the end of a process outside a reload is shown. */
const CHATTER = /^(\S+ PM2 |\[PM2\]|Launching in no daemon mode)/;
const NOTABLE = /App \[(?!.*_old_).* exited with code/;

/**
 * A process of ecosystem.config.js as pm2 describes it, and the calls to pm2.
 *
 * @typedef {{ name: string, pid: number, pm_id: number,
 *   pm2_env: { status: string, exit_code?: number, restart_time: number } }} Managed
 * @typedef {{ list: () => Promise<Managed[]>, stop: (id: number) => Promise<unknown> }} Client
 */

export class Pm2 {
  #child;
  /** @type {Client | null} */
  #client = null;
  #stopping = false;
  #mute = false;

  constructor(/** @type {NodeJS.ProcessEnv} */ settings) {
    const preload = new URL('./end-with-start.js', import.meta.url).href;
    const runtime = fileURLToPath(import.meta.resolve('pm2/bin/pm2-runtime'));
    this.#child = spawn(process.execPath, ['--import', preload, runtime, 'start', inProject('ecosystem.config.js')], {
      cwd: home,
      env: { ...process.env, ...settings },
      detached: true, // Ctrl-C reaches it only through us, so that Redis ends last
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.ended = once(this.#child, 'exit');
    this.#pass(this.#child.stdout, process.stdout);
    this.#pass(this.#child.stderr, process.stderr);
  }

  /**
   * Resolves when every process is online and `isHealthy()` is true. Throws a Problem that names the failed process.
   */
  async ready(/** @type {() => Promise<boolean>} */ isHealthy) {
    await Promise.race([once(this.#child, 'message'), this.#failEarly()]); // after its message, pm2 takes connections
    const client = await connect();
    this.#client = client;
    const list = () => {
      if (this.#child.exitCode !== null) throw new Problem('pm2 ended unexpectedly. Look at its output above.');
      return client.list();
    };
    await untilReady(list, isHealthy, 'the output above');
  }

  /**
   * Ends API and workers, then pm2 with Redis. Kills what does not end in time. `mute` shows no more of their output.
   */
  async stop({ mute = false } = {}) {
    this.#stopping = true;
    this.#mute = mute;
    const deadline = sleep(STOP_MS);
    if (this.#client) await Promise.race([stopProcesses(this.#client), sleep(PROCESSES_STOP_MS), this.ended]);
    this.#child.kill('SIGINT');
    await Promise.race([this.ended, deadline]);
    this.#child.kill('SIGKILL');
    await killLeftovers();
  }

  async #failEarly() {
    await this.ended;
    throw new Problem('pm2 could not start. Look at its output above.');
  }

  /**
   * Passes lines on to the terminal, without pm2's lines about itself.
   *
   * @param {import('node:stream').Readable | null} from
   * @param {NodeJS.WriteStream} to
   */
  #pass(from, to) {
    let rest = '';
    from?.setEncoding('utf8').on('data', (data) => {
      const lines = (rest + data).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (this.#isShown(line)) to.write(`${line}\n`);
    });
  }

  #isShown(/** @type {string} */ line) {
    if (this.#mute) return false;
    return !CHATTER.test(line) || (NOTABLE.test(line) && !this.#stopping);
  }
}

/**
 * Resolves when every process of `list()` is online and `isHealthy()` is true. Throws a Problem that names the failed
 * process. `output`: where the host finds why.
 *
 * @param {() => Promise<Managed[]>} list
 * @param {() => Promise<boolean>} isHealthy
 * @param {string} output
 */
export async function untilReady(list, isHealthy, output) {
  const { CONFIG_EXIT_CODE } = await import('#dist/shared/config/config.js');
  const progress = new Progress({ standstillMs: STANDSTILL_MAX_MS, totalMs: START_MAX_MS });
  const isHopeless = (/** @type {Managed} */ { pm2_env: { exit_code, restart_time, status } }) =>
    exit_code === CONFIG_EXIT_CODE || restart_time >= RESTARTS_MAX || status === 'errored';
  for (; ; await sleep(CHECK_EVERY_MS)) {
    const processes = await list();
    const hopeless = processes.find(isHopeless);
    if (hopeless) throw await problemOf(hopeless, output);
    const online = processes.filter(({ pm2_env }) => pm2_env.status === 'online');
    if (online.length > 0 && online.length === processes.length && (await isHealthy())) return;
    const seconds = progress.givenUpAfter((await Promise.all(processes.map(progressOf))).join());
    if (seconds !== null) throw new Problem(`The chat is not ready after ${seconds} s. Look at ${output}.`);
  }
}

/**
 * Connects to the pm2 that runs in `pm2Home`. It must run already, or pm2's library would start a daemon.
 *
 * @returns {Promise<Client>}
 */
async function connect() {
  Object.assign(process.env, { PM2_HOME: pm2Home, PM2_PROGRAMMATIC: 'true', PM2_DISABLE_VERSION_CHECK: '1' });
  const { default: pm2 } = await import('pm2');
  await promisify(pm2.connect.bind(pm2))();
  const list = /** @type {() => Promise<Managed[]>} */ (promisify(pm2.list.bind(pm2)));
  return { list, stop: promisify(pm2.stop.bind(pm2)) };
}

/** Ends all processes but Redis at the same time. By name, pm2 would end them one after the other. */
async function stopProcesses(/** @type {Client} */ client) {
  const processes = (await client.list()).filter(({ name }) => name !== 'redis');
  await Promise.allSettled(processes.map(({ pm_id }) => client.stop(pm_id)));
}

/**
 * Resolves with a text that changes while a process makes progress: it uses CPU, or its state changes. A Redis is
 * online for pm2 while it still loads its data.
 */
async function progressOf(/** @type {Managed} */ { name, pid, pm2_env: { status } }) {
  const loads = name === 'redis' ? await cpuOf(pid, LOADING_TICKS) : '';
  return `${pid} ${status} ${status === 'launching' ? await cpuOf(pid) : loads}`;
}

/**
 * Resolves with the Problem that says why a process cannot start.
 *
 * @param {Managed} process
 * @param {string} output
 */
async function problemOf({ name }, output) {
  if (name !== 'redis') return new Problem(`The process "${name}" cannot start. Look at ${output}.`);
  const log = await readFile(logFile, 'utf8').catch(() => '');
  const reason = reasonInLog(log, appendOnlyFolder);
  return new Problem(`The chat's own Redis cannot start: ${reason}. Its log is ${logFile}.`);
}

/** pm2-runtime with everything of ecosystem.config.js: started, watched until all of it is ready, ended in order. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Problem } from '../problem.js';
import { inProject, pm2Home, root } from '../project.js';
import { killLeftovers } from './leftovers.js';
import { appendOnlyFolder, logFile } from './own-redis.js';
import { cpuOf, Progress } from './progress.js';
import { reasonInLog } from './redis-log.js';

/** A start is given up when nothing of it has moved for so long. On a fifth of a core its longest standstill was some seconds. */
const STANDSTILL_MS = 30_000;
/** A start is given up after so long in any case. */
const START_MS = 300_000;
/** A part that ended this often before everything was ready does not get there. */
const RESTARTS = 3;
/** An API process ends within 3 s, a worker within 4 s. */
const PARTS_PATIENCE = 4_000;
const STOP_PATIENCE = 4_700;
/** What pm2 says of its own doings; only a process that ends, outside a reload, is worth a line. */
const CHATTER = /^(\S+ PM2 |\[PM2\]|Launching in no daemon mode)/;
const NOTABLE = /App \[(?!.*_old_).* exited with code/;

/**
 * A process of ecosystem.config.js as pm2 describes it, and the questions to pm2.
 *
 * @typedef {{ name: string, pid: number, pm_id: number,
 *   pm2_env: { status: string, exit_code?: number, restart_time: number } }} Part
 * @typedef {{ list: () => Promise<Part[]>, stop: (id: number) => Promise<unknown> }} Client
 */

export class Pm2 {
  #child;
  /** @type {Client | null} */
  #client = null;
  #stopping = false;
  #mute = false;

  constructor(/** @type {NodeJS.ProcessEnv} */ settings) {
    const preload = new URL('./end-with-start.js', import.meta.url).href;
    const runtime = inProject('node_modules/pm2/bin/pm2-runtime');
    this.#child = spawn(process.execPath, ['--import', preload, runtime, 'start', inProject('ecosystem.config.js')], {
      cwd: root,
      env: { ...process.env, ...settings },
      detached: true, // Ctrl-C shall reach it from us alone, so that Redis is ended last
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.ended = once(this.#child, 'exit');
    this.#pass(this.#child.stdout, process.stdout);
    this.#pass(this.#child.stderr, process.stderr);
  }

  /** Resolves when every process is online and `healthy()` is true. Throws a Problem that names what does not start. */
  async ready(/** @type {() => Promise<boolean>} */ healthy) {
    await Promise.race([once(this.#child, 'message'), this.#failEarly()]); // its sockets can be connected to
    const client = await connect();
    this.#client = client;
    const { CONFIG_EXIT } = await import('#dist/shared/config/config.js');
    const progress = new Progress({ standstill: STANDSTILL_MS, whole: START_MS });
    for (; ; await sleep(100)) {
      if (this.#child.exitCode !== null)
        throw new Problem('pm2 ended by itself, which it should not: see what it wrote above.');
      const parts = await client.list();
      const hopeless = (/** @type {Part} */ { pm2_env: { exit_code, restart_time, status } }) =>
        exit_code === CONFIG_EXIT || restart_time >= RESTARTS || status === 'errored';
      await throwFor(parts.find(hopeless));
      if (parts.length > 0 && parts.every((part) => part.pm2_env.status === 'online') && (await healthy())) return;
      const seconds = progress.givenUpAfter((await Promise.all(parts.map(progressOf))).join());
      if (seconds !== null) throw new Problem(`Not ready after ${seconds} s: see the output above.`);
    }
  }

  /** Ends API and workers, then pm2 with Redis; what does not end in time is killed. With `mute` nothing more is shown of them. */
  async stop({ mute = false } = {}) {
    this.#stopping = true;
    this.#mute = mute;
    const deadline = sleep(STOP_PATIENCE);
    if (this.#client) await Promise.race([stopParts(this.#client), sleep(PARTS_PATIENCE), this.ended]);
    this.#child.kill('SIGINT');
    await Promise.race([this.ended, deadline]);
    this.#child.kill('SIGKILL');
    await killLeftovers();
  }

  async #failEarly() {
    await this.ended;
    throw new Problem('pm2 could not start: see its output above.');
  }

  /**
   * Passes lines on to the terminal, without what pm2 says about itself.
   *
   * @param {import('node:stream').Readable | null} from
   * @param {NodeJS.WriteStream} to
   */
  #pass(from, to) {
    let rest = '';
    from?.setEncoding('utf8').on('data', (data) => {
      const lines = (rest + data).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (this.#isWorthALine(line)) to.write(`${line}\n`);
    });
  }

  #isWorthALine(/** @type {string} */ line) {
    if (this.#mute) return false;
    return !CHATTER.test(line) || (NOTABLE.test(line) && !this.#stopping);
  }
}

/**
 * Connects to the pm2 that runs in `pm2Home`; it must run, else pm2's library would start a daemon.
 *
 * @returns {Promise<Client>}
 */
async function connect() {
  Object.assign(process.env, { PM2_HOME: pm2Home, PM2_PROGRAMMATIC: 'true', PM2_DISABLE_VERSION_CHECK: '1' });
  const { default: pm2 } = await import('pm2');
  await promisify(pm2.connect.bind(pm2))();
  const list = /** @type {() => Promise<Part[]>} */ (promisify(pm2.list.bind(pm2)));
  return { list, stop: promisify(pm2.stop.bind(pm2)) };
}

/** Ends all but Redis at once, each by its id: by name, pm2 ends them one after the other. */
async function stopParts(/** @type {Client} */ client) {
  const parts = (await client.list()).filter((part) => part.name !== 'redis');
  await Promise.allSettled(parts.map((part) => client.stop(part.pm_id)));
}

/** Changes while a part gets on with its start: it uses CPU, or has come to another state. */
async function progressOf(/** @type {Part} */ { pid, pm2_env: { status } }) {
  return `${pid} ${status} ${status === 'launching' ? await cpuOf(pid) : ''}`;
}

async function throwFor(/** @type {Part | undefined} */ part) {
  if (!part) return;
  if (part.name !== 'redis') throw new Problem(`The part "${part.name}" cannot start: see its output above.`);
  const log = await readFile(logFile, 'utf8').catch(() => '');
  throw new Problem(`The chat's own Redis cannot start: ${reasonInLog(log, appendOnlyFolder)}. Its log is ${logFile}.`);
}

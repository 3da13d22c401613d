/** Replaces processes under pm2, one at a time. A former process ends when a new one has taken its place. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../problem.js';
import { cpuOf, Progress } from '../start/progress.js';

const CHECK_EVERY_MS = 50;
/** A start has failed after this time in any case. */
const START_MAX_MS = 300_000;

/**
 * An app of ecosystem.config.js.
 *
 * @typedef {{ name: string, script: string, node_args: string, env: NodeJS.ProcessEnv }} App
 * @typedef {Awaited<ReturnType<typeof import('./running.js').connectRunning>>} RunningPm2
 * @typedef {import('./running.js').Managed} Managed
 */

export class Replacement {
  #pm2;
  #waitMs;
  /** The processes that have been replaced, and by which. */
  /** @type {{ app: App, former: Managed, id: number }[]} */
  #done = [];

  /**
   * @param {RunningPm2} pm2
   * @param {number} waitMs
   */
  constructor(pm2, waitMs) {
    this.#pm2 = pm2;
    this.#waitMs = waitMs;
  }

  /** Replaces all processes of these apps, or none: then it throws a Problem. */
  async replace(/** @type {App[]} */ apps) {
    const processes = await this.#pm2.list();
    try {
      for (const app of apps) {
        for (const former of processes.filter(({ name }) => name === app.name)) await this.#replaceOne(app, former);
      }
    } catch (error) {
      await this.#rollBack();
      throw error;
    }
  }

  async #replaceOne(/** @type {App} */ app, /** @type {Managed} */ former) {
    console.log(`Replacing "${app.name}" ${former.pm_id} ...`);
    const id = await this.#start(app);
    await this.#pm2.remove(former.pm_id);
    await this.#pm2.removeAside(former.pm_id);
    this.#done.push({ app, former, id });
  }

  /**
   * Resolves with the number of a new process when it is ready. Throws a Problem, and leaves no process, if it fails.
   */
  async #start(/** @type {App} */ app) {
    const id = await this.#pm2.startBeside(app);
    const progress = new Progress({ standstillMs: this.#waitMs, totalMs: START_MAX_MS });
    for (;;) {
      const now = (await this.#pm2.list()).find(({ pm_id }) => pm_id === id);
      const failure = await failureOf(now, progress);
      if (failure === null && now?.pm2_env.status === 'online') return id;
      if (failure !== null) {
        await this.#pm2.remove(id);
        throw new Problem(`A new "${app.name}" ${failure}. Look at "npx pm2 logs ${app.name}".`);
      }
      await sleep(CHECK_EVERY_MS);
    }
  }

  /** Starts what was replaced again, the last one first, and ends the new processes. */
  async #rollBack() {
    for (const { app, former, id } of this.#done.reverse()) {
      console.log(`Bringing back "${app.name}" ${former.pm_id} ...`);
      const { pm_exec_path: script, env } = former.pm2_env;
      await this.#start({ ...app, script, env });
      await this.#pm2.remove(id);
    }
  }
}

/**
 * Resolves with what has become of a process that does not get ready, or null while it may.
 *
 * @param {Managed | undefined} now
 * @param {Progress} progress
 */
async function failureOf(now, progress) {
  if (!now || now.pm2_env.restart_time > 0 || /^(stopped|errored|waiting)/.test(now.pm2_env.status)) return 'ended';
  const seconds = progress.givenUpAfter(`${now.pid} ${now.pm2_env.status} ${await cpuOf(now.pid)}`);
  return seconds === null ? null : `is not ready after ${seconds} s`;
}

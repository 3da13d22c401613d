/** The pm2 that runs the chat of this folder, and what is asked of it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Problem } from '../problem.js';
import { home as chatFolder, isInstalled, pm2Home } from '../project.js';
import { folderOf } from '../start/leftovers.js';

const CHECK_EVERY_MS = 20;
/** pm2 starts a process again after 0.1 s, and with longer pauses later. */
const ZOMBIE_MS = 300;

/**
 * A process as pm2 describes it.
 *
 * @typedef {{ name: string, pid: number, pm_id: number, pm2_env: { status: string, pm_exec_path: string,
 *   pm_cwd: string, exec_mode: string, restart_time: number, exit_code?: number, env: Record<string, string> } }} Managed
 */

/** Connects to the pm2 that runs the chat of this folder. Throws a Problem if none does. */
export async function connectRunning() {
  const home = await homeOfRunning();
  if (home === null) {
    const start = isInstalled
      ? 'npx nobackend-chat start --background'
      : 'npm ci && npm run build && npx pm2 start ecosystem.config.js';
    throw new Problem(`No chat of this folder runs under pm2. Start it: "${start}".`);
  }
  Object.assign(process.env, { PM2_HOME: home, PM2_PROGRAMMATIC: 'true', PM2_DISABLE_VERSION_CHECK: '1' });
  const { default: pm2 } = await import('pm2');
  await promisify(pm2.connect.bind(pm2))();
  return new RunningPm2(/** @type {any} */ (pm2), home);
}

/**
 * Resolves with the folder of the first pm2 that has an API process of ours: the host's own, or the one of `npm start`.
 */
export async function homeOfRunning() {
  const homes = [process.env.PM2_HOME, join(homedir(), '.pm2'), pm2Home].filter((home) => home !== undefined);
  for (const home of homes) {
    const files = existsSync(join(home, 'pids')) ? readdirSync(join(home, 'pids')) : [];
    for (const file of files.filter((name) => /^(api|worker)-/.test(name))) {
      if (await isHere(Number(readFileSync(join(home, 'pids', file), 'utf8')))) return resolve(home);
    }
  }
  return null;
}

async function isHere(/** @type {number} */ pid) {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const cwd = await folderOf(pid);
  return cwd === null || cwd === chatFolder;
}

class RunningPm2 {
  #pm2;

  /**
   * @param {any} pm2
   * @param {string} home
   */
  constructor(pm2, home) {
    this.#pm2 = pm2;
    this.home = home;
  }

  /**
   * Resolves with the chat's processes, the API first, without its Redis.
   *
   * @returns {Promise<Managed[]>}
   */
  async list() {
    return (await this.#ofChat(/^(api|worker)$/)).sort((one, other) => one.name.localeCompare(other.name));
  }

  /** Resolves with true if the chat's own Redis is among the processes of pm2, whether it runs or not. */
  async hasRedis() {
    return (await this.#ofChat(/^redis$/)).length > 0;
  }

  /** Resolves with the processes of this chat with such a name. */
  async #ofChat(/** @type {RegExp} */ names) {
    const all = /** @type {Managed[]} */ (await promisify(this.#pm2.list.bind(this.#pm2))());
    return all.filter(({ name, pm2_env }) => names.test(name) && resolve(pm2_env.pm_cwd) === chatFolder);
  }

  /**
   * Starts one more process of an app, also if others have its name. pm2 has no command for that if the script is
   * another one. Resolves with its number when it has been started; it may not be ready yet.
   *
   * @param {import('./replacement.js').App} app
   * @returns {Promise<number>}
   */
  async startBeside(app) {
    const known = new Set((await this.list()).map(({ pm_id }) => pm_id));
    const library = 'pm2/lib/Common.js'; // has no types
    const { default: common } = await import(library);
    const [verified] = common.verifyConfs([{ ...app, instances: 1, namespace: 'default' }]);
    const prepared = common.resolveAppAttributes({ cwd: chatFolder, pm2_home: this.home }, verified);
    // it resolves when the process is ready, which may be never
    const started = this.#remote('prepare', { ...prepared, env: app.env }); // pm2 would add our own environment
    started.catch(() => undefined);
    for (;;) {
      const fresh = (await this.list()).find(({ pm_id }) => !known.has(pm_id));
      if (fresh) return fresh.pm_id;
      await Promise.race([started, sleep(CHECK_EVERY_MS)]);
    }
  }

  /**
   * Ends a process in order, and forgets it. pm2 starts one again that it has ended before it was ready. So we kill
   * that one, and pm2 forgets it while it waits with its next start.
   */
  async remove(/** @type {number} */ id) {
    for (let now = await this.#find(id); now; now = await this.#find(id)) {
      const isReady = /^(online|stopped|errored)$/.test(now.pm2_env.status);
      if (!isReady) await kill(now.pid);
      await this.#remote('deleteProcessId', id);
      if (!isReady) await sleep(ZOMBIE_MS);
    }
  }

  /** Ends the process that a `pm2 reload` has put aside, if the one in its place has never been ready. */
  async removeAside(/** @type {number} */ id) {
    await this.#remote('deleteProcessId', `_old_${id}`).catch(() => undefined); // there seldom is one
  }

  async #find(/** @type {number} */ id) {
    return (await this.list()).find(({ pm_id }) => pm_id === id);
  }

  /**
   * @param {string} command
   * @param {unknown} argument
   */
  #remote(command, argument) {
    return promisify(this.#pm2.Client.executeRemote.bind(this.#pm2.Client))(command, argument);
  }

  /** Saves the list of what runs, if the host has done so before: a reboot must not start the former version. */
  async saveIfSaved() {
    if (existsSync(join(this.home, 'dump.pm2'))) await promisify(this.#pm2.dump.bind(this.#pm2))();
  }

  disconnect() {
    this.#pm2.disconnect();
  }
}

/** Kills a process, and waits until it has ended. */
async function kill(/** @type {number} */ pid) {
  while (pid > 0) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      return; // it has ended
    }
    await sleep(CHECK_EVERY_MS);
  }
}

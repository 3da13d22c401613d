/** Processes of this project that a former start left running because it was killed. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../problem.js';
import { dataDir, pm2Home, root } from '../project.js';
import { running } from './own-redis.js';

/** How long pm2 may take to end what it has; the API gives itself 3 s, a worker 4 s. */
const PATIENCE = 6_000;

/** Ends what is left of a start that was killed. Throws a Problem when a live start has this folder. */
export async function endLeftovers() {
  const pm2 = await pm2Process();
  if (pm2 && (await isStart(pm2)))
    throw new Problem(`nobackend-chat already runs from this folder (process ${pm2}): stop that first.`);
  if (pm2 && (await isDaemon(pm2))) {
    throw new Problem(
      `A pm2 of yours runs from ${pm2Home} (process ${pm2}): end it first, with "PM2_HOME=${pm2Home} npx pm2 kill".`,
    );
  }
  if ((await leftovers()).length > 0) {
    console.log('Ending what a former start left running ...');
    if (pm2) await endGently(pm2);
    await signalLeftovers('SIGTERM');
    await killLeftovers();
  }
  await endOwnRedis();
}

/** Kills all processes of this project that pm2 has noted down. */
export async function killLeftovers() {
  await signalLeftovers('SIGKILL');
  await rm(join(pm2Home, 'pids'), { recursive: true, force: true });
}

/** Signals all of them, pm2 first since it would start the others again, and waits until they have ended. */
async function signalLeftovers(/** @type {NodeJS.Signals} */ name) {
  for (const pid of await leftovers()) signal(pid, name);
  await until(async () => (await leftovers()).length === 0);
}

/** pm2 first, then what it started. */
async function leftovers() {
  const pm2 = await pm2Process();
  const files = await readdir(join(pm2Home, 'pids')).catch(() => []);
  const pids = await Promise.all(files.map((file) => livePid(join(pm2Home, 'pids', file))));
  return [pm2, ...pids].filter((pid) => pid !== null);
}

const pm2Process = () => livePid(join(pm2Home, 'pm2.pid'));

/** The process of a pid file if it lives and is one of ours; the number alone may be somebody else's by now. */
async function livePid(/** @type {string} */ file) {
  const pid = Number(await readFile(file, 'utf8').catch(() => 0));
  return pid > 0 && (await isOurs(pid)) ? pid : null;
}

async function isOurs(/** @type {number} */ pid) {
  if (!/pm2|redis-server|dist.apps/i.test(await commandOf(pid))) return false;
  const folder = await folderOf(pid);
  return folder === null || [root, dataDir].some((own) => folder === own || folder.startsWith(own + sep));
}

/** True when the process is the child of a start that lives, also one of 0.1.0, which had it in `scripts/start.js`. */
async function isStart(/** @type {number} */ pid) {
  return /scripts.(start.)?start\.js/.test(await commandOf(await parentOf(pid)));
}

/** True for the pm2 of `pm2 start`, which a host has started and means to keep; ours is called `pm2-runtime`. */
async function isDaemon(/** @type {number} */ pid) {
  return /God Daemon/.test(await commandOf(pid));
}

/** A process's command line; empty when there is no such process, or only what the system keeps of a dead one. */
async function commandOf(/** @type {number} */ pid) {
  if (existsSync('/proc/self')) return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return ps('command', pid);
}

async function parentOf(/** @type {number} */ pid) {
  if (!existsSync('/proc/self')) return Number(ps('ppid', pid));
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
}

/** The folder a process works in; null where the system does not tell. */
const folderOf = (/** @type {number} */ pid) => readlink(`/proc/${pid}/cwd`).catch(() => null);

function ps(/** @type {'command' | 'ppid'} */ field, /** @type {number} */ pid) {
  try {
    return execFileSync('ps', ['-ww', '-o', `${field}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return ''; // no such process
  }
}

/** Asks pm2 to end everything, or waits for it to have done so. */
async function endGently(/** @type {number} */ pm2) {
  signal(pm2, 'SIGINT');
  await until(async () => (await pm2Process()) === null);
}

/** A Redis that serves this folder but nobody: it would keep the next one from the data. */
async function endOwnRedis() {
  const redis = await running();
  if (!redis) return;
  if (redis.others > 0) {
    throw new Problem(`The Redis of this folder (process ${redis.pid}) is in use, perhaps by pm2: stop that first.`);
  }
  signal(redis.pid, 'SIGTERM');
  if (!(await until(async () => !(await running())))) signal(redis.pid, 'SIGKILL');
}

function signal(/** @type {number} */ pid, /** @type {NodeJS.Signals} */ name) {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended meanwhile, which is what was wanted
  }
}

/** Waits until something has come true, at most as long as pm2 may take; gives whether it has. */
async function until(/** @type {() => Promise<boolean>} */ check) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(50)) {
    if (await check()) return true;
  }
  return false;
}

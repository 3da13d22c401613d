/** Ends processes of this project that an earlier start left running because it was killed. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../problem.js';
import { dataDir, home, pm2Home } from '../project.js';
import { running } from './own-redis.js';

/** pm2 may take this time to end its processes: an API process takes up to 3 s, a worker up to 4 s. */
const STOP_TIMEOUT_MS = 6_000;
const CHECK_EVERY_MS = 50;

/**
 * Ends the processes of a start that was killed. Throws a Problem when a live start or a pm2 of the host has this
 * folder.
 */
export async function endLeftovers() {
  const pm2 = await pm2Process();
  if (pm2 && (await isStart(pm2)))
    throw new Problem(`nobackend-chat already runs from this folder (process ${pm2}). Stop it first.`);
  if (pm2 && (await isDaemon(pm2))) {
    throw new Problem(
      `A pm2 of yours runs from ${pm2Home} (process ${pm2}). End it first: "PM2_HOME=${pm2Home} npx pm2 kill".`,
    );
  }
  if ((await leftovers()).length > 0) {
    console.log('Ending processes that an earlier start left running ...');
    if (pm2) await endGently(pm2);
    await signalLeftovers('SIGTERM');
    await killLeftovers();
  }
  await endOwnRedis();
}

/** Kills all processes of this project that pm2 has recorded. */
export async function killLeftovers() {
  await signalLeftovers('SIGKILL');
  await rm(join(pm2Home, 'pids'), { recursive: true, force: true });
}

/** Sends a signal to all of them and waits until they have ended. pm2 is the first, as it would restart the others. */
async function signalLeftovers(/** @type {NodeJS.Signals} */ name) {
  for (const pid of await leftovers()) signal(pid, name);
  await until(async () => (await leftovers()).length === 0);
}

/** Resolves with the process ids of pm2 (first) and of what it started. */
async function leftovers() {
  const pm2 = await pm2Process();
  const files = await readdir(join(pm2Home, 'pids')).catch(() => []);
  const pids = await Promise.all(files.map((file) => livePid(join(pm2Home, 'pids', file))));
  return [pm2, ...pids].filter((pid) => pid !== null);
}

const pm2Process = () => livePid(join(pm2Home, 'pm2.pid'));

/** Resolves with the process id in a file, or null unless that process lives and is ours: the system reuses numbers. */
async function livePid(/** @type {string} */ file) {
  const pid = Number(await readFile(file, 'utf8').catch(() => 0));
  return pid > 0 && (await isOurs(pid)) ? pid : null;
}

async function isOurs(/** @type {number} */ pid) {
  if (!/pm2|(redis|valkey)-server|dist.apps/i.test(await commandOf(pid))) return false;
  const folder = await folderOf(pid);
  return folder === null || [home, dataDir].some((own) => folder === own || folder.startsWith(own + sep));
}

/**
 * Resolves with true when the process's parent is a live `npm start`, or `npx nobackend-chat`. Version 0.1.0 had the
 * first in `scripts/start.js`.
 */
async function isStart(/** @type {number} */ pid) {
  return /scripts.(start.)?start\.js|[\\/]nobackend-chat(\.js)?(\0| |$)/.test(await commandOf(await parentOf(pid)));
}

/**
 * Resolves with true for the daemon of a `pm2 start` by the host, who means to keep it. Ours is called `pm2-runtime`.
 */
async function isDaemon(/** @type {number} */ pid) {
  return /God Daemon/.test(await commandOf(pid));
}

/** Resolves with a process's command line. It is empty when there is no such process, or when it is a zombie. */
async function commandOf(/** @type {number} */ pid) {
  if (existsSync('/proc/self')) return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return ps('command', pid);
}

async function parentOf(/** @type {number} */ pid) {
  if (!existsSync('/proc/self')) return Number(ps('ppid', pid));
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
}

/** Resolves with the working folder of a process, or null where the system does not tell. */
export const folderOf = (/** @type {number} */ pid) => readlink(`/proc/${pid}/cwd`).catch(() => null);

function ps(/** @type {'command' | 'ppid'} */ field, /** @type {number} */ pid) {
  try {
    return execFileSync('ps', ['-ww', '-o', `${field}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return ''; // no such process
  }
}

/** Asks pm2 to end everything and waits for it. */
async function endGently(/** @type {number} */ pm2) {
  signal(pm2, 'SIGINT');
  await until(async () => (await pm2Process()) === null);
}

/** Ends a Redis that serves this folder and has no client. It would block the data for the next one. */
async function endOwnRedis() {
  const redis = await running();
  if (!redis) return;
  if (redis.others > 0) {
    throw new Problem(`The Redis of this folder (process ${redis.pid}) is in use, perhaps by pm2. Stop that first.`);
  }
  signal(redis.pid, 'SIGTERM');
  if (!(await until(async () => !(await running())))) signal(redis.pid, 'SIGKILL');
}

function signal(/** @type {number} */ pid, /** @type {NodeJS.Signals} */ name) {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended already
  }
}

/** Waits until a check is true. Resolves with false when that takes longer than pm2 may take. */
async function until(/** @type {() => Promise<boolean>} */ check) {
  for (const end = Date.now() + STOP_TIMEOUT_MS; Date.now() < end; await sleep(CHECK_EVERY_MS)) {
    if (await check()) return true;
  }
  return false;
}

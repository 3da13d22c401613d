/** Starts and ends the processes of the bench. Each runs on a given core. None outlives the bench. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem } from '../../scripts/problem.js';

/** All servers share the first core, so that their work adds up. The load generator has the second. */
const SERVER_CORE = '0';
const GENERATOR_CORE = '1';
const START_TIMEOUT_MS = 15_000;
/** API processes end within 3 s, workers within 4 s. */
const STOP_TIMEOUT_MS = 6_000;

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** @type {Set<ChildProcess>} */
const children = new Set();
/** @type {string[]} */
const folders = [];

/** Moves this process to its core. Throws a Problem on a machine where the bench cannot measure. */
export function pinGenerator() {
  if (process.platform !== 'linux')
    throw new Problem('The bench needs Linux, because it reads /proc and uses taskset.');
  if (availableParallelism() < 2)
    throw new Problem('The bench needs two cores: one for the servers, one for the load generator.');
  execFileSync('taskset', ['-acp', GENERATOR_CORE, String(process.pid)], { stdio: 'ignore' });
}

/** Creates a folder for a server's data. It is removed when the bench ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'nobackend-chat-bench-'));
  folders.push(folder);
  return folder;
}

/**
 * Starts a program on the servers' core. The kernel kills it when the bench is killed.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
export function start(command, args, env, { ipc = false } = {}) {
  /** @type {import('node:child_process').StdioOptions} */
  const stdio = ['ignore', 2, 2, ...(ipc ? /** @type {const} */ (['ipc']) : [])];
  const pinned = ['--pdeathsig', 'SIGKILL', 'taskset', '-c', SERVER_CORE, command, ...args];
  const child = spawn('setpriv', pinned, { env: { ...process.env, ...env }, stdio });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/**
 * Starts a Node program and waits until it reports that it is ready. `node` is the binary that runs it.
 *
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
export async function startNode(args, env, node = process.execPath) {
  const child = start(node, args, env, { ipc: true });
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
  const ready = once(child, 'message', { signal: timeout });
  const ended = once(child, 'exit', { signal: timeout }).then(() => {
    throw new Problem(`${args.at(-1)} ended unexpectedly. Look at its output above.`);
  });
  await Promise.race([ready, ended]);
  ended.catch(() => undefined);
  child.channel?.unref();
  return child;
}

/** Ends a process in order. Kills it when it does not end in time. */
export async function stop(/** @type {ChildProcess} */ child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  child.kill('SIGTERM');
  await exited;
  clearTimeout(timer);
}

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

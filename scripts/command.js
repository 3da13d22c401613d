/** Runs the commands that prepare the project: one plain line each, their own output only when they fail. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem, report } from './problem.js';
import { root } from './project.js';

/** How long a command may take to end when told to. */
const PATIENCE = 2_000;

/** @type {import('node:child_process').ChildProcess | null} */
let running = null;

/** Ends the command that runs now, if any, with all processes it has started itself. */
export async function stopCommand() {
  const command = running;
  if (!command) return;
  const closed = once(command, 'close');
  signalGroup(command, 'SIGTERM');
  await Promise.race([closed, sleep(PATIENCE, null, { ref: false })]);
  signalGroup(command, 'SIGKILL');
}

/**
 * The work of a script that is run by itself: a signal ends its command first, a Problem is one line.
 *
 * @param {() => Promise<unknown>} work
 */
export function asScript(work) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => stopCommand().then(() => process.exit(130)));
  work().catch(report);
}

/**
 * Runs a command after saying what it is for. Throws a Problem, after the command's own output, when it fails.
 *
 * @param {string} purpose
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function run(purpose, command, args, env = {}) {
  console.log(`${purpose} ...`);
  const { code, output } = await finish(command, args, env);
  if (code === 0) return;
  process.stderr.write(output);
  throw new Problem(`${purpose} failed: see the output of "${[command, ...args].join(' ')}" above.`);
}

/**
 * Resolves with the exit code and all output of a command, also when it cannot be started at all.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function finish(command, args, env) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a process group, to be ended as one
    });
    running = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    child.on('error', (error) => resolve({ code: 1, output: `${error.message}\n` }));
    child.on('close', (code) => resolve({ code, output }));
  }).finally(() => (running = null));
}

/**
 * @param {import('node:child_process').ChildProcess} command
 * @param {NodeJS.Signals} name
 */
function signalGroup({ pid }, name) {
  if (pid === undefined) return; // it could not be started
  try {
    process.kill(-pid, name);
  } catch {
    // nothing of it is left
  }
}

/** True when a program is on PATH. */
export async function hasProgram(/** @type {string} */ name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const found = await Promise.allSettled(folders.map((folder) => access(join(folder, name), constants.X_OK)));
  return found.some((one) => one.status === 'fulfilled');
}

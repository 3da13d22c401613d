/** Runs the commands that prepare the project. Each is one plain line; its output is shown only when it fails. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem, report } from './problem.js';
import { root } from './project.js';

/** A command has this time to end after SIGTERM; then it is killed. */
const STOP_TIMEOUT_MS = 2_000;

/** @type {import('node:child_process').ChildProcess | null} */
let running = null;

/** Ends the command that runs now, if there is one, with all processes that it has started. */
export async function stopCommand() {
  const command = running;
  if (!command) return;
  const closed = once(command, 'close');
  signalGroup(command, 'SIGTERM');
  await Promise.race([closed, sleep(STOP_TIMEOUT_MS, null, { ref: false })]);
  signalGroup(command, 'SIGKILL');
}

/**
 * Does the work of a script that runs by itself. A signal ends its command first. A Problem is printed as one line.
 *
 * @param {() => Promise<unknown>} work
 */
export function asScript(work) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => stopCommand().then(() => process.exit(130)));
  work().catch(report);
}

/**
 * Prints a command's purpose and runs it. When it fails, prints its output and throws a Problem.
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
  throw new Problem(`${purpose} failed. Look at the output of "${[command, ...args].join(' ')}" above.`);
}

/**
 * Resolves with the exit code and all output of a command, even when it cannot be started.
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
      detached: true, // a process group of its own, so that one signal ends all of it
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
  if (pid === undefined) return; // the command could not be started
  try {
    process.kill(-pid, name);
  } catch {
    // all of the group have ended
  }
}

/** Returns true when a program is on the PATH. */
export function hasProgram(/** @type {string} */ name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && isProgram(join(folder, name)));
}

function isProgram(/** @type {string} */ file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // there is none, or this user may not run it
  }
}

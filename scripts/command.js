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

/** The work of a script that is run by itself: a signal ends its command first, a Problem is one line. */
export function asScript(work) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => stopCommand().then(() => process.exit(130)));
  work().catch(report);
}

/** Runs a command after saying what it is for. Throws a Problem, after the command's own output, when it fails. */
export async function run(purpose, command, args, env = {}) {
  console.log(`${purpose} ...`);
  const { code, output } = await finish(command, args, env);
  if (code === 0) return;
  process.stderr.write(output);
  throw new Problem(`${purpose} failed: see the output of "${[command, ...args].join(' ')}" above.`);
}

/** Resolves with the exit code and all output of a command, also when it cannot be started at all. */
function finish(command, args, env) {
  return new Promise((resolve) => {
    let output = '';
    const options = { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] };
    running = spawn(command, args, { ...options, detached: true }); // a process group, to be ended as one
    for (const stream of [running.stdout, running.stderr]) stream.on('data', (data) => (output += data));
    running.on('error', (error) => resolve({ code: 1, output: `${error.message}\n` }));
    running.on('close', (code) => resolve({ code, output }));
  }).finally(() => (running = null));
}

function signalGroup(command, name) {
  try {
    process.kill(-command.pid, name);
  } catch {
    // nothing of it is left
  }
}

/** True when a program is on PATH. */
export async function hasProgram(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const found = await Promise.allSettled(folders.map((folder) => access(join(folder, name), constants.X_OK)));
  return found.some((one) => one.status === 'fulfilled');
}

/** Runs the commands that prepare the project: one plain line each, their own output only when they fail. */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { Problem } from './problem.js';
import { root } from './project.js';

let running = null;

/** Ends the command that runs now, if any: its place in the start is being given up. */
export function stopCommand() {
  running?.kill('SIGTERM');
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
    running = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [running.stdout, running.stderr]) stream.on('data', (data) => (output += data));
    running.on('error', (error) => resolve({ code: 1, output: `${error.message}\n` }));
    running.on('close', (code) => resolve({ code, output }));
  }).finally(() => (running = null));
}

/** True when a program is on PATH. */
export async function hasProgram(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const found = await Promise.allSettled(folders.map((folder) => access(join(folder, name), constants.X_OK)));
  return found.some((one) => one.status === 'fulfilled');
}

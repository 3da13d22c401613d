/** A process of the new version, on a port of its own, which shows whether that version can serve. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../problem.js';
import { home } from '../project.js';
import { randomPort } from '../start/ports.js';
import { cpuOf, Progress } from '../start/progress.js';

const CHECK_EVERY_MS = 100;
const READY_TIMEOUT_MS = 2_000;
/** A start has failed after this time in any case. */
const START_MAX_MS = 300_000;
/** The end of the output that is shown of a process that has failed. */
const SHOWN_MAX = 2_000;

/**
 * Starts a process of an app, waits until it is ready, and ends it. Throws a Problem with the reason if it is not.
 *
 * @param {import('./replacement.js').App} app
 * @param {number} waitMs
 */
export async function tryOut(app, waitMs) {
  const port = await randomPort();
  const args = [...app.node_args.split(' '), app.script];
  const child = spawn(process.execPath, args, {
    cwd: home,
    env: { ...app.env, PORT: String(port), DRAIN_NOTICE: '0' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (data) => (output = (output + data).slice(-SHOWN_MAX)));
  const ended = once(child, 'close');
  const progress = new Progress({ standstillMs: waitMs, totalMs: START_MAX_MS });
  try {
    await Promise.race([
      untilReady(child, () => (app.name === 'api' ? reasonAgainst(port) : ''), progress),
      ended.then(() => Promise.reject(new Problem(`cannot start: ${firstLine(output)}.`))),
    ]);
    child.kill('SIGTERM');
    await ended;
  } catch (error) {
    throw error instanceof Problem ? new Problem(`The new "${app.name}" ${error.message}`) : error;
  } finally {
    kill();
    process.off('exit', kill);
  }
}

/**
 * Resolves when a process has said that it listens, and `reasonNow()` is ''. Throws a Problem if nothing moves.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {() => Promise<string> | string} reasonNow
 * @param {Progress} progress
 */
async function untilReady(child, reasonNow, progress) {
  let listens = false;
  child.once('message', () => (listens = true));
  for (; ; await sleep(CHECK_EVERY_MS)) {
    const reason = listens ? await reasonNow() : 'it does not listen';
    if (reason === '') return;
    const seconds = progress.givenUpAfter(listens ? reason : await cpuOf(child.pid ?? 0));
    if (seconds !== null) throw new Problem(`is not ready after ${seconds} s: ${reason}.`);
  }
}

/** Resolves with the reason why an API process is not ready, or with ''. */
async function reasonAgainst(/** @type {number} */ port) {
  const url = `http://127.0.0.1:${port}/ready`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(READY_TIMEOUT_MS) });
    return answer.status === 200 ? '' : /** @type {{ reason: string }} */ (await answer.json()).reason;
  } catch {
    return 'it does not answer';
  }
}

/** Returns the line that says most: the message of an error, or else the first one. */
function firstLine(/** @type {string} */ output) {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const best = lines.find((line) => /^(\w*Error\b|.* cannot start: )/.test(line)) ?? lines[0] ?? 'it says nothing';
  return best.replace(/\.$/, '');
}

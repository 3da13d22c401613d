/** Tells a slow start from one that is stuck. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/**
 * This many ticks of CPU (10 ms each on Linux) are one step. A process that only waits needs 30 s or more for a step.
 */
const STEP_TICKS = 10;

/**
 * Resolves with a text that changes each time a process has used so many more ticks of CPU. Without such a process it
 * is empty.
 *
 * @param {number} pid
 */
export async function cpuOf(pid, ticks = STEP_TICKS) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return cpuByPs(pid);
  // The name ends at the last bracket and may contain spaces. After it, state is the first field, utime and stime are
  // the 12th and 13th (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return String(Math.floor((Number(fields[11]) + Number(fields[12])) / ticks));
}

/** The same where there is no /proc, as on macOS. */
function cpuByPs(/** @type {number} */ pid) {
  try {
    return execFileSync('ps', ['-o', 'time=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return ''; // no such process
  }
}

export class Progress {
  #limits;
  #now;
  #begun;
  /** @type {string | null} */
  #state = null;
  #moved;

  /**
   * `standstillMs` limits the time in which nothing changes, `totalMs` the whole time. `now` returns the time in ms.
   *
   * @param {{ standstillMs: number, totalMs: number }} limits
   * @param {() => number} [now]
   */
  constructor(limits, now = Date.now) {
    this.#limits = limits;
    this.#now = now;
    this.#begun = now();
    this.#moved = this.#begun;
  }

  /** Takes the current state as a text. Returns null while the start may go on, else the seconds it has taken. */
  givenUpAfter(/** @type {string} */ state) {
    const now = this.#now();
    if (state !== this.#state) [this.#state, this.#moved] = [state, now];
    const late = now - this.#moved >= this.#limits.standstillMs || now - this.#begun >= this.#limits.totalMs;
    return late ? Math.round((now - this.#begun) / 1_000) : null;
  }
}

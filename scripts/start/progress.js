/** Whether something that takes its time still gets on. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** Ticks of CPU (10 ms each on Linux) that count as a step: a process that only waits takes 30 s and more for so many. */
const STEP_TICKS = 10;

/** Returns a text that changes whenever a process has used a tenth of a second of CPU more; empty when there is none. */
export async function cpuOf(/** @type {number} */ pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return cpuByPs(pid);
  // behind the name, which may hold blanks: state is the first, utime and stime the 12th and 13th (proc(5))
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return String(Math.floor((Number(fields[11]) + Number(fields[12])) / STEP_TICKS));
}

/** Where there is no /proc, as on macOS. */
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
   * `standstill` and `whole` are the longest standstill and the longest time in all, in ms; `now` gives the time in ms.
   *
   * @param {{ standstill: number, whole: number }} limits
   * @param {() => number} [now]
   */
  constructor(limits, now = Date.now) {
    this.#limits = limits;
    this.#now = now;
    this.#begun = now();
    this.#moved = this.#begun;
  }

  /** Takes the state of the moment as a text. Returns null to go on, or the whole seconds after which to give up. */
  givenUpAfter(/** @type {string} */ state) {
    const now = this.#now();
    if (state !== this.#state) [this.#state, this.#moved] = [state, now];
    const late = now - this.#moved >= this.#limits.standstill || now - this.#begun >= this.#limits.whole;
    return late ? Math.round((now - this.#begun) / 1_000) : null;
  }
}

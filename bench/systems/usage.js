/** Reads from Linux's /proc what a process has used (man 5 proc). */
import { readFileSync } from 'node:fs';

/** /proc counts time in ticks. There are 100 in a second (USER_HZ) on every architecture that Node runs on. */
const TICKS_PER_S = 100;

/** Returns the CPU-seconds of a process, user and system, with all its threads and ended children. */
export function cpuSeconds(/** @type {number} */ pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name may contain spaces and brackets
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_S;
}

/** Returns the bytes of a process's resident memory. */
export function residentBytes(/** @type {number} */ pid) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024;
}

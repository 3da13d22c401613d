/** What a process has used, from Linux's /proc (man 5 proc). */
import { readFileSync } from 'node:fs';

/** USER_HZ, in which /proc counts time: 100 on every architecture Node runs on. */
const TICKS = 100;

/** Seconds of CPU of a process with all its threads and ended children, user and system. */
export function cpuSeconds(/** @type {number} */ pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name in brackets may have spaces; state comes first
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
}

/** Bytes of memory that a process has resident. */
export function residentBytes(/** @type {number} */ pid) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024;
}

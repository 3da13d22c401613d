/**
 * Lets one of some commands run at a time in this folder: a deploy, or a restore. Each puts a file into `claims` first,
 * then looks for others. So of two that start together at least one finds the other. The file of a process that has
 * died counts nothing.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from './problem.js';
import { releases } from './project.js';

/**
 * The file of a command, for others. `born` says when its process started: the system uses numbers again.
 *
 * @typedef {{ what: string, pid: number, since: number, born: string }} Claim
 */

/**
 * Throws a Problem when another of these commands runs. Otherwise this process is the only one until it ends.
 *
 * @param {string} what a noun for messages, such as `deploy`
 * @param {string} [claims] the folder of the files
 */
export function takeLock(what, claims = join(releases, 'claims')) {
  mkdirSync(claims, { recursive: true });
  const own = join(claims, String(process.pid));
  /** @type {Claim} */
  const claim = { what, pid: process.pid, since: Date.now(), born: birthOf(process.pid) };
  writeFileSync(`${own}.new`, JSON.stringify(claim));
  renameSync(`${own}.new`, own); // so that nobody reads half of it
  process.on('exit', () => rmSync(own, { force: true }));
  const other = others(claims)[0];
  if (!other) return;
  rmSync(own);
  const since = new Date(other.since).toLocaleString('sv'); // 2026-11-29 13:30:17
  throw new Problem(
    `A ${other.what} of this folder runs (process ${other.pid}, since ${since}). Wait until it has ended.`,
  );
}

/** Returns the claims of other processes that live, and removes the files of the others. */
function others(/** @type {string} */ claims) {
  const files = readdirSync(claims).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return files.flatMap((name) => {
    const claim = claimIn(join(claims, name));
    if (claim && birthOf(claim.pid) === claim.born) return [claim];
    rmSync(join(claims, name), { force: true });
    return [];
  });
}

/** @returns {Claim | null} */
function claimIn(/** @type {string} */ file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null; // it has just ended, or the machine died while it wrote
  }
}

/** Returns a text that no other process with this number has, or '' if there is no such process. */
function birthOf(/** @type {number} */ pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // after the name, which may have spaces: the state is the first field, the start in ticks since boot the 20th
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return /^[ZX]/.test(fields[0] ?? '') ? '' : `${boot()} ${fields[19]}`;
  } catch {
    return birthByPs(pid);
  }
}

/** Returns a text that another boot of this machine does not have. */
const boot = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** The same where there is no /proc, as on macOS. */
function birthByPs(/** @type {number} */ pid) {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return ''; // no such process
  }
}

/** Checks this machine: Node, open files, and kernel settings. Without /proc, as on macOS, some checks are left out. */
import { readFile } from 'node:fs/promises';
import { checkNode } from '../start/prepare.js';
import { bad, good, note } from './findings.js';

/** @typedef {import('./settings.js').Settings} Settings */

/** Node asks the kernel to queue this many connections until they are accepted. */
const BACKLOG_MAX = 511;
/** Files that a process has open beside its connections. */
const OTHER_FILES_MAX = 200;

export async function checkMachine(/** @type {Settings} */ settings) {
  return [await checkVersion(), await checkFiles(settings), await checkBacklog()].filter((one) => one !== null);
}

async function checkVersion() {
  const { endOfLifeNotice } = await import('#dist/shared/node-version.js');
  const tooOld = await checkNode().catch((error) => error);
  if (tooOld) return bad(tooOld.message);
  const notice = endOfLifeNotice();
  return notice ? note(notice) : good(`Node ${process.versions.node}.`);
}

async function checkFiles(/** @type {Settings} */ { connections, pollConnections }) {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const files = Number(/^Max open files\s+\d+\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
  const needed = connections + pollConnections + OTHER_FILES_MAX;
  if (files === Infinity) return null;
  if (files >= needed) return good(`A process may open ${files} files, enough for CONNECTIONS=${connections}.`);
  const verdict = files >= needed / 2 ? note : bad;
  const possible = Math.max(1, files - pollConnections - OTHER_FILES_MAX);
  return verdict(
    `A process may open ${files} files, but CONNECTIONS=${connections} needs ${needed}, so some connections will fail.`,
    `Raise the limit ("ulimit -Hn", or LimitNOFILE= in systemd), or set CONNECTIONS=${possible}.`,
  );
}

async function checkBacklog() {
  const most = await kernel('net/core/somaxconn');
  if (most === null) return null;
  if (most >= BACKLOG_MAX)
    return good(`net.core.somaxconn is ${most}, so many clients can connect at the same moment.`);
  return note(
    `net.core.somaxconn is only ${most}, so when more clients connect at the same moment, some wait for a second.`,
    'Run "sysctl -w net.core.somaxconn=4096".',
  );
}

/** Resolves with a number from /proc/sys, or null where there is none. */
export async function kernel(/** @type {string} */ path) {
  const text = await readFile(`/proc/sys/${path}`, 'utf8').catch(() => null);
  return text === null ? null : Number(text);
}

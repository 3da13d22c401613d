/** This machine: Node, files, and what the kernel is set to. What a system does not tell (macOS has no /proc) is left out. */
import { readFile } from 'node:fs/promises';
import { checkNode } from '../start/prepare.js';
import { bad, good, note } from './findings.js';

/** @typedef {import('./settings.js').Settings} Settings */

/** What Node asks the kernel for: connections that wait to be accepted. */
const BACKLOG = 511;
/** Files of a process beside its connections. */
const OTHER_FILES = 200;

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
  const wanted = connections + pollConnections + OTHER_FILES;
  if (files === Infinity) return null;
  if (files >= wanted) return good(`A process may open ${files} files: enough for CONNECTIONS=${connections}.`);
  const verdict = files >= wanted / 2 ? note : bad;
  return verdict(
    `A process may open ${files} files, and CONNECTIONS=${connections} wants ${wanted}: beyond that connections fail. Raise it ("ulimit -Hn", LimitNOFILE= of systemd), or set CONNECTIONS=${Math.max(1, files - pollConnections - OTHER_FILES)}.`,
  );
}

async function checkBacklog() {
  const most = await kernel('net/core/somaxconn');
  if (most === null) return null;
  if (most >= BACKLOG) return good(`net.core.somaxconn is ${most}: many may connect at one moment.`);
  return note(
    `net.core.somaxconn is ${most}: when more connect at one moment, some wait for a second. "sysctl -w net.core.somaxconn=4096" mends it.`,
  );
}

/** A number from /proc/sys, or null where there is none. */
export async function kernel(/** @type {string} */ path) {
  const text = await readFile(`/proc/sys/${path}`, 'utf8').catch(() => null);
  return text === null ? null : Number(text);
}

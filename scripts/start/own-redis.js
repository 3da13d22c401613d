/** The Redis of this project, for hosts that give none: where its data are, its port, and what it is started with. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, realpath, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { dataDir, ensureFolder, inProject } from '../project.js';
import { ask } from '../redis-client.js';
import { isFree, randomPort } from './ports.js';

export const folder = join(dataDir, 'redis');
export const logFile = join(folder, 'redis.log');
/** Where Redis 7 keeps its append-only files (its setting `appenddirname`). */
export const appendOnlyFolder = join(folder, 'appendonlydir');
const portFile = join(folder, 'port');
/** ms; one that is busy loading its data answers within that, too. */
const PATIENCE = 5_000;

/**
 * What redis-server is started with: loopback only, everything kept in an append-only file, nothing ever evicted; when its memory is full it takes no more.
 *
 * @param {number} port
 * @param {Pick<import('../doctor/settings.js').Settings, 'appendfsync' | 'redisMaxMemory'>} settings
 */
export function redisArguments(port, { appendfsync, redisMaxMemory }) {
  ensureFolder(folder);
  return [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--dir',
    folder,
    '--logfile',
    logFile,
    '--loglevel',
    'notice',
    '--appendonly',
    'yes',
    '--appendfsync',
    appendfsync,
    '--save',
    '',
    '--maxmemory',
    `${redisMaxMemory}mb`,
    '--maxmemory-policy',
    'noeviction',
  ];
}

/** The port it has, or would get; for callers that cannot wait. */
export function portNow() {
  ensureFolder(folder);
  return Number(execFileSync(process.execPath, [inProject('scripts/start/redis-port.js')], { encoding: 'utf8' }));
}

/** The remembered port, as long as nobody else has taken it; else another one, remembered from now on. */
export async function choosePort() {
  const former = await rememberedPort();
  if (former && ((await isFree(former, '127.0.0.1')) || (await runningAt(former)))) return former;
  const port = await randomPort();
  ensureFolder(folder);
  await writeFile(portFile, String(port));
  return port;
}

/** This project's Redis if it runs: its port, process id and how many clients it has beside us. Else null. */
export async function running() {
  const port = await rememberedPort();
  return port ? runningAt(port) : null;
}

/** The port where it ran last and something is that takes connections but answers nothing, as a Redis that hangs does; else null. */
export async function silentPort() {
  const port = await rememberedPort();
  return port && (await isSilent(port)) ? port : null;
}

async function isSilent(/** @type {number} */ port) {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write('PING\r\n');
    await once(socket, 'data', { signal: AbortSignal.timeout(PATIENCE) });
    return false;
  } catch (error) {
    return error instanceof Error && error.name === 'AbortError';
  } finally {
    socket.destroy();
  }
}

async function rememberedPort() {
  return Number(await readFile(portFile, 'utf8').catch(() => 0));
}

async function runningAt(/** @type {number} */ port) {
  const url = `redis://127.0.0.1:${port}`;
  try {
    const replies = await ask(url, ['config', 'get', 'dir'], ['info', 'server'], ['info', 'clients']);
    const [dir, server, clients] = /** @type {[[name: string, dir: string], string, string]} */ (replies);
    if ((await realpath(dir[1])) !== (await realpath(folder))) return null;
    return { port, pid: numberOf(server, 'process_id'), others: numberOf(clients, 'connected_clients') - 1 };
  } catch {
    return null; // whatever is there, it is not a Redis that serves this folder
  }
}

/**
 * @param {string} info
 * @param {string} field
 */
const numberOf = (info, field) => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1]);

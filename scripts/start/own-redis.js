/** The chat's own Redis, for hosts that set no REDIS_URL: its folder, its port, and its arguments. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, realpath, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { hasProgram } from '../command.js';
import { dataDir, ensureFolder, inProject } from '../project.js';
import { ask } from '../redis-client.js';
import { isFree, randomPort } from './ports.js';

export const folder = join(dataDir, 'redis');
export const logFile = join(folder, 'redis.log');
/** Where Redis 7 keeps its append-only files (its setting `appenddirname`). */
export const appendOnlyFolder = join(folder, 'appendonlydir');
/** The programs that can be the chat's own Redis, the preferred one first. */
const PROGRAMS = ['redis-server', 'valkey-server'];
const portFile = join(folder, 'port');
/** Even a Redis that is busy loading its data answers within this time. */
const ANSWER_TIMEOUT_MS = 5_000;

/** Returns the name of the Redis program of this machine, or undefined if it has none. */
export const redisProgram = () => PROGRAMS.find(hasProgram);

/**
 * Returns the arguments of redis-server. It listens on the loopback address only, keeps all data in an append-only
 * file, and never evicts a key: when its memory is full, it refuses writes.
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

/** As `choosePort`, for callers that cannot wait for a promise. */
export function portNow() {
  ensureFolder(folder);
  return Number(execFileSync(process.execPath, [inProject('scripts/start/redis-port.js')], { encoding: 'utf8' }));
}

/** Resolves with the remembered port, or with a new one when another program has taken that. Remembers it. */
export async function choosePort() {
  const last = await rememberedPort();
  if (last && ((await isFree(last, '127.0.0.1')) || (await runningAt(last)))) return last;
  const port = await randomPort();
  ensureFolder(folder);
  await writeFile(portFile, String(port));
  return port;
}

/**
 * Resolves with port, process id and number of other clients of the chat's own Redis, or with null when it does not
 * run.
 */
export async function running() {
  const port = await rememberedPort();
  return port ? runningAt(port) : null;
}

/**
 * Resolves with the last port when something accepts connections there but does not answer (a Redis that hangs), else
 * null.
 */
export async function silentPort() {
  const port = await rememberedPort();
  return port && (await isSilent(port)) ? port : null;
}

async function isSilent(/** @type {number} */ port) {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write('PING\r\n');
    await once(socket, 'data', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
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
    return null; // nothing is there, or not a Redis that serves this folder
  }
}

/**
 * @param {string} info
 * @param {string} field
 */
const numberOf = (info, field) => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1]);

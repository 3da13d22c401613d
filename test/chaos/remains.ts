/** Only these are left when everybody has gone: room logs, keys that expire, and processes as at their start. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import type { RedisClient } from '../../shared/redis/client.js';
import { allKeys } from '../support/redis.js';
import type { Record } from './record.js';
import type { Site } from './site.js';

/** Keys that may stay for ever, keys that must expire, and the queues' own. */
const LASTING = /^(users:next|valued:.+|overlaid:.+|reacted:.+|metrics|expiry|shards|data-format|bull:.+)$/;
const EXPIRING =
  /^(room:\{r\d+\}:.+:(log|delivered|presence|values|overlaid|edits|reactions|reacts|rules|nicks|holders|kept-nicks|slow:\d+|exited:\d+)|room:\{r\d+\}:.+:nonce:.+|sequence:\{u\d+\}:[0-9a-f]+|kept:\{[ur]\d+\}|joined:.+|limit:.+|salt:.+)$/;
/** Keys of both queues together, and of nine in a cluster: their job histories are bounded. */
const QUEUE_KEYS = 1_500;
/** MB that a process may have more than one that has just started: V8 keeps what it has had for a while. */
const GROWTH = 120;
/** Descriptors that come and go. */
const SPARE_FDS = 5;

/** Keys that should not be there any more, with why. */
export async function strayKeys(redis: RedisClient): Promise<string[]> {
  const keys = await allKeys(redis);
  const stray = keys.filter((key) => !LASTING.test(key) && !EXPIRING.test(key));
  for (const key of keys.filter((one) => EXPIRING.test(one)))
    if ((await redis.pttl(key)) === -1) stray.push(`${key} (does not expire)`);
  const queueKeys = keys.filter((key) => key.startsWith('bull:')).length;
  return queueKeys > QUEUE_KEYS * (redis.isCluster ? 5 : 1) ? [...stray, `${queueKeys} keys of queues`] : stray;
}

/** Held polls and mirrored users of all processes, by what they write themselves every two seconds. */
export async function heldPolls(redis: RedisClient): Promise<number> {
  let held = 0;
  for (const text of Object.values(await redis.hgetall('metrics'))) {
    const { at, figures } = JSON.parse(text) as {
      at: number;
      figures: { name: string; values: { value: number }[] }[];
    };
    if (Date.now() - at > 5_000) continue; // of a process that was killed
    for (const { values } of figures.filter(({ name }) => name === 'chat_held_polls' || name === 'chat_live_users')) {
      held += values.reduce((sum, { value }) => sum + value, 0);
    }
  }
  return held;
}

export interface Usage {
  rss: number;
  /** Open descriptors that are neither connections to Redis nor to clients. */
  fds: number;
  toRedis: number;
  /** Connections whose client has closed its end. */
  halfClosed: number;
}

/** Resolves with the memory and the open things of a process, on Linux; elsewhere with null. */
export async function usageOf(pid: number, redisPorts: number[]): Promise<Usage | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null);
  if (status === null) return null;
  const sockets = await socketsOf(pid);
  const fds = await readdir(`/proc/${pid}/fd`);
  const toRedis = sockets.filter((socket) => redisPorts.includes(socket.remotePort)).length;
  const clients = sockets.filter((socket) => !redisPorts.includes(socket.remotePort) && socket.remotePort !== 0);
  return {
    rss: Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1_024),
    toRedis,
    fds: fds.length - toRedis - clients.length,
    halfClosed: clients.filter(({ state }) => state === CLOSE_WAIT).length,
  };
}

const CLOSE_WAIT = '08';

interface Socket {
  inode: string;
  remotePort: number;
  state: string;
}

async function socketsOf(pid: number): Promise<Socket[]> {
  const fds = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  const inodes = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((table) => readFile(`/proc/${pid}/net/${table}`, 'utf8').catch(() => '')),
  );
  return tables
    .flatMap((table) => table.trim().split('\n').slice(1))
    .map(parseSocket)
    .filter(({ inode }) => inodes.has(inode));
}

/** A line of /proc/net/tcp: number, local and remote address, state, ..., inode as the tenth (man 5 proc). */
function parseSocket(line: string): Socket {
  const [, , remote = '', state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
  return { inode, state, remotePort: Number.parseInt(remote.split(':')[1] ?? '0', 16) };
}

/** Holds every process against `fresh`, one of its kind that had just started. */
export async function checkUsage(
  record: Record,
  site: Site,
  fresh: { api: Usage | null; worker: Usage | null },
  poolSize: number,
): Promise<string[]> {
  const lines: string[] = [];
  for (const [kind, places, pool] of [
    ['api', site.apis, poolSize],
    ['worker', site.workers, 0],
  ] as const) {
    for (const { current, since } of places) {
      const usage = await usageOf(current.pid, site.redis.ports);
      const start = fresh[kind];
      if (!usage || !start) continue;
      const text =
        `${kind} ${current.pid}, up ${Math.round((Date.now() - since) / 1_000)} s: ${usage.rss} MB (fresh: ${start.rss}), ` +
        `${usage.toRedis} connections to Redis (${start.toRedis}), ${usage.fds} other descriptors (${start.fds}), ${usage.halfClosed} half closed`;
      lines.push(text);
      const bad =
        usage.rss > start.rss + GROWTH ||
        (!site.cluster && usage.toRedis > start.toRedis + pool) ||
        (!site.cluster && usage.fds > start.fds + SPARE_FDS) ||
        usage.halfClosed > 0;
      if (bad) record.violation('a process did not go back to where it was', text);
    }
  }
  return lines;
}

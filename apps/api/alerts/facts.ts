/** Reads what the alerts are judged by, from the metrics of all processes and from Redis itself. */
import { statfs } from 'node:fs/promises';
import type { Redis } from 'ioredis';
import type { Metrics } from '../../../shared/metrics/metrics.js';
import { mastersOf, type RedisClient } from '../../../shared/redis/client.js';
import { infoNumber } from '../../../shared/redis/info.js';
import { MetricsSnapshot } from '../admin/metrics-snapshot.js';
import type { Facts } from './problems.js';

/** Facts that one Redis server tells of itself. */
interface Server {
  used: number;
  most: number;
  fails: boolean;
  diskRatio: number | null;
}

export class FactReader {
  readonly #redis: RedisClient;
  readonly #metrics: Pick<Metrics, 'readAllValues'>;
  /** The snapshot that rates are counted from. */
  #before: MetricsSnapshot | null = null;

  constructor(redis: RedisClient, metrics: Pick<Metrics, 'readAllValues'>) {
    this.#redis = redis;
    this.#metrics = metrics;
  }

  /** Rejects when Redis is away. Rates are over the time since the last call, and unknown at the first one. */
  async read(): Promise<Facts> {
    const [now, servers] = await Promise.all([this.#snapshot(), Promise.all(mastersOf(this.#redis).map(readServer))]);
    const refused = this.#before === null ? {} : ratesBetween(this.#before, now);
    this.#before = now;
    const memories = servers
      .filter(({ most }) => most > 0)
      .map(({ used, most }) => ({ ratio: used / most, used, most }));
    const disks = servers.flatMap(({ diskRatio }) => diskRatio ?? []);
    return {
      memory: memories.sort((a, b) => b.ratio - a.ratio)[0] ?? null,
      diskRatio: disks.length > 0 ? Math.max(...disks) : null,
      diskFails: servers.some(({ fails }) => fails),
      workers: Object.keys(now.by('chat_memory_bytes', 'process')).filter((name) => name.startsWith('worker-')).length,
      refused,
      queueAge: now.sum('chat_fanout_queue_age_seconds'),
      queue: now.sum('chat_fanout_queue_depth'),
    };
  }

  /** Another process has counted meanwhile: rates over that time are not of now. */
  forget(): void {
    this.#before = null;
  }

  async #snapshot(): Promise<MetricsSnapshot> {
    return new MetricsSnapshot(await this.#metrics.readAllValues(), Date.now());
  }
}

function ratesBetween(before: MetricsSnapshot, now: MetricsSnapshot): Record<string, number> {
  const seconds = Math.max(1, now.at - before.at) / 1_000;
  const former = before.by('chat_rate_limited_total', 'limit');
  const rates = Object.entries(now.by('chat_rate_limited_total', 'limit')).map(([limit, count]): [string, number] => [
    limit,
    Math.max(0, count - (former[limit] ?? 0)) / seconds,
  ]);
  return Object.fromEntries(rates);
}

async function readServer(node: Redis): Promise<Server> {
  const [memory, persistence] = await Promise.all([node.info('memory'), node.info('persistence')]);
  return {
    used: infoNumber(memory, 'used_memory') ?? 0,
    most: infoNumber(memory, 'maxmemory') ?? 0,
    fails: /^(aof_last_write_status|rdb_last_bgsave_status):err/m.test(persistence),
    diskRatio: await diskRatioOf(node),
  };
}

/** Resolves with the part in use of the disk of a Redis on this machine, else with null. */
async function diskRatioOf(node: Redis): Promise<number | null> {
  if (!/^(127\.|::1$|::ffff:127\.)/.test(node.stream.remoteAddress ?? '')) return null;
  try {
    const [, folder] = (await node.config('GET', 'dir')) as string[];
    const { blocks, bfree, bavail } = await statfs(folder ?? '');
    return (blocks - bfree) / (blocks - bfree + bavail); // as `df` counts it
  } catch {
    return null; // CONFIG is not allowed, or Redis is in a container with folders of its own
  }
}

/** A client of Redis, and who of a cluster's masters owns a key, by what the client knows at the moment. */
import { Cluster, Command, type Redis } from 'ioredis';

/** One Redis, or the master that Sentinels name; or a Redis Cluster. */
export type RedisClient = Redis | Cluster;

/** The name of the one Redis there is, where there is no cluster. */
export const SINGLE_NODE = '';

/** The name of the master that owns a key, `host:port`; null while none is known. */
export function ownerOf(redis: RedisClient, key: string): string | null {
  return redis instanceof Cluster ? (redis.slots[slotOf(key)]?.[0] ?? null) : SINGLE_NODE;
}

/** The shared connection to the master that owns a key. */
export function masterOf(redis: RedisClient, key: string): Redis | null {
  return connectionTo(redis, ownerOf(redis, key));
}

/** The shared connection to a node; null when there is none of this name. */
export function connectionTo(redis: RedisClient, node: string | null): Redis | null {
  if (!(redis instanceof Cluster)) return redis;
  return redis.nodes('all').find(({ options }) => `${options.host}:${options.port}` === node) ?? null;
}

/** Where what is asked of a key goes: to which node of a cluster, to which address else, as Sentinels may have named another. */
export function nodeAddressOf(redis: RedisClient, key: string): string | null {
  if (redis instanceof Cluster) return ownerOf(redis, key);
  const { remoteAddress, remotePort } = (redis.stream ?? {}) as { remoteAddress?: string; remotePort?: number }; // there is none before it connects
  return `${remoteAddress}:${remotePort}`;
}

/** The shared connections to all masters. */
export function mastersOf(redis: RedisClient): Redis[] {
  return redis instanceof Cluster ? redis.nodes('master') : [redis];
}

const slotOf = (key: string): number => new Command('exists', [key]).getSlot() ?? 0;

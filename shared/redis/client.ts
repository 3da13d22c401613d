/** A client of Redis, and which master of a cluster owns a key, as the client knows it at the moment. */
import { Cluster, Command, type Redis } from 'ioredis';

/** A single Redis, or the master that Sentinels name; or a Redis Cluster. */
export type RedisClient = Redis | Cluster;

/** The name of the single Redis, when there is no cluster. */
export const SINGLE_NODE = '';

/** Returns the name of the master that owns a key, `host:port`; null while none is known. */
export function ownerOf(redis: RedisClient, key: string): string | null {
  return redis instanceof Cluster ? (redis.slots[slotOf(key)]?.[0] ?? null) : SINGLE_NODE;
}

/** Returns the shared connection to the master that owns a key. */
export function masterOf(redis: RedisClient, key: string): Redis | null {
  return connectionTo(redis, ownerOf(redis, key));
}

/** Returns the shared connection to a node; null when there is no node of this name. */
export function connectionTo(redis: RedisClient, node: string | null): Redis | null {
  if (!(redis instanceof Cluster)) return redis;
  return redis.nodes('all').find(({ options }) => `${options.host}:${options.port}` === node) ?? null;
}

/**
 * Returns where commands for a key go: to a node of a cluster, else to an address, because Sentinels may name another
 * one.
 */
export function nodeAddressOf(redis: RedisClient, key: string): string | null {
  if (redis instanceof Cluster) return ownerOf(redis, key);
  // there is no stream before it connects
  const { remoteAddress, remotePort } = (redis.stream ?? {}) as { remoteAddress?: string; remotePort?: number };
  return `${remoteAddress}:${remotePort}`;
}

/** Returns the shared connections to all masters. */
export function mastersOf(redis: RedisClient): Redis[] {
  return redis instanceof Cluster ? redis.nodes('master') : [redis];
}

const slotOf = (key: string): number => new Command('exists', [key]).getSlot() ?? 0;

/**
 * The nodes behind a client. A single Redis owns all keys. Each master of a cluster owns some slots, and slots may move
 * at any time.
 */
import { Cluster, type Redis } from 'ioredis';
import type { HostPort } from '../config/redis-url.js';
import { connectionTo, ownerOf, type RedisClient, SINGLE_NODE } from './client.js';
import { connectBlocking, connectSubscriber } from './connect.js';

export interface Nodes {
  /** Whether pub/sub is sharded (SSUBSCRIBE), as in a cluster. */
  readonly sharded: boolean;
  /** Returns the name of the node that owns a key; null while none is known. */
  ownerOf(key: string): string | null;
  /** Asks the cluster again which node owns which slots, and tells the listeners. */
  refresh(): void;
  onChange(listener: () => void): void;
  /** Returns the shared connection to a node, for calls that must not wait; null when there is none. */
  sharedWith(node: string): Redis | null;
  connectBlocking(node: string): Redis;
  connectSubscriber(node: string): Redis;
}

/** Returns the nodes behind a client of `url`. */
export function nodesOf(redis: RedisClient, url: string): Nodes {
  return redis instanceof Cluster
    ? clusterNodes(redis, url)
    : {
        sharded: false,
        ownerOf: () => SINGLE_NODE,
        refresh: () => undefined,
        onChange: () => undefined,
        sharedWith: () => redis,
        connectBlocking: () => connectBlocking(url),
        connectSubscriber: () => connectSubscriber(url),
      };
}

function clusterNodes(cluster: Cluster, url: string): Nodes {
  return {
    sharded: true,
    ownerOf: (key) => ownerOf(cluster, key),
    refresh: () => cluster.refreshSlotsCache(),
    onChange: (listener) => void cluster.on('refresh', listener),
    sharedWith: (node) => connectionTo(cluster, node),
    connectBlocking: (node) => connectBlocking(url, hostPort(node)),
    connectSubscriber: (node) => connectSubscriber(url, hostPort(node)),
  };
}

function hostPort(node: string): HostPort {
  const colon = node.lastIndexOf(':');
  return { host: node.slice(0, colon), port: Number(node.slice(colon + 1)) };
}

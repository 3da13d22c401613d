/**
 * REDIS_URL: one Redis, a Redis Cluster by some of its nodes, or the Sentinels that know the master.
 *
 *     redis://[user:password@]host:port[/db]
 *     redis://[user:password@]a:7000,b:7001,c:7002?cluster=true
 *     redis+sentinel://[user:password@]s1:26379,s2:26379/name-of-master[/db][?sentinelPassword=...]
 *
 * `rediss` instead of `redis` for TLS.
 */
import type { RedisOptions } from 'ioredis';

export interface HostPort {
  host: string;
  port: number;
}

export interface RedisTarget {
  kind: 'one' | 'cluster' | 'sentinel';
  /** The single Redis, some nodes of the cluster, or the Sentinels. */
  nodes: HostPort[];
  /** User, password, number of the database and TLS. With Sentinels, also their options. */
  options: RedisOptions;
  /** The address for a log, without user and password. */
  text: string;
}

const URL_FORM = /^(redis|rediss)(\+sentinel)?:\/\/(?:([^/?]*)@)?([^@/?]+)(?:\/([^?]*))?(?:\?(.*))?$/;
const PORTS = { redis: 6_379, sentinel: 26_379 };

/** Returns null for a text that has none of the forms. */
export function parseRedisUrl(url: string): RedisTarget | null {
  const [, scheme = '', sentinel, auth = '', hosts = '', path = '', query = ''] = URL_FORM.exec(url) ?? [];
  const parameters = new URLSearchParams(query);
  const cluster = parameters.get('cluster') === 'true';
  const nodes = hosts.split(',').map((one) => hostPort(one, sentinel ? PORTS.sentinel : PORTS.redis));
  if (!isFull(nodes) || (cluster && (sentinel || path !== '')) || (!cluster && !sentinel && nodes.length > 1))
    return null;
  const kind = sentinel ? 'sentinel' : cluster ? 'cluster' : 'one';
  const options = sentinel ? sentinelOptions(nodes, path, parameters) : databaseOf(path);
  const text = `${scheme}${sentinel ?? ''}://${hosts}${path === '' ? '' : `/${path}`}`;
  const credentials = credentialsOf(auth);
  if (!options || !credentials) return null;
  return { kind, nodes, text, options: { ...options, ...credentials, ...(scheme === 'rediss' && { tls: {} }) } };
}

function isFull(nodes: (HostPort | null)[]): nodes is HostPort[] {
  return nodes.every((node) => node !== null);
}

/** `host`, `host:port`, `[::1]:port`. */
function hostPort(text: string, fallback: number): HostPort | null {
  const [, bracketed, plain, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  return host === undefined || Number(port ?? 1) > 65_535 ? null : { host, port: Number(port ?? fallback) };
}

/** Returns null for a database that is no number: it would silently be number 0. */
function databaseOf(path: string): RedisOptions | null {
  return /^\d*$/.test(path) ? { db: Number(path) } : null;
}

function sentinelOptions(sentinels: HostPort[], path: string, parameters: URLSearchParams): RedisOptions | null {
  const [name = '', database = '', ...rest] = path.split('/');
  const options = databaseOf(database);
  const sentinelPassword = parameters.get('sentinelPassword');
  if (name === '' || rest.length > 0 || !options) return null;
  return { ...options, sentinels, name, ...(sentinelPassword !== null && { sentinelPassword }) };
}

function credentialsOf(auth: string): RedisOptions | null {
  const [user = '', ...password] = auth.split(':');
  try {
    return {
      ...(user !== '' && { username: decodeURIComponent(user) }),
      ...(password.length > 0 && { password: decodeURIComponent(password.join(':')) }),
    };
  } catch {
    return null; // a % without a character code
  }
}

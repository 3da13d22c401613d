/** Signals. They are published once to all API processes, which keep them for a moment. They are never stored. */
import type { SignalEvent } from '../protocol/events.js';
import type { RedisClient } from '../redis/client.js';
import { signalText } from './event-text.js';
import type { Store } from './store.js';

/** Publishes a text to a channel; in a cluster, by the node of the channel's slot. */
export async function publish(redis: RedisClient, channel: string, text: string): Promise<void> {
  await redis[redis.isCluster ? 'spublish' : 'publish'](channel, text);
}

export async function publishSignal({ keys, redis }: Store, signal: SignalEvent): Promise<void> {
  await publish(redis, keys.signalChannel(keys.roomShard(signal.room)), `${signal.room}\n${signalText(signal)}`);
}

/** A signal that processes pass on: its text as clients see it, its room and its sender. */
export interface Signal {
  room: string;
  /** The sender's id. */
  from: string;
  text: string;
}

const HEAD = /^{"type":"signal","room":"([^"]*)","at":\d+,"from":{"id":(\d+)/;

export function signalOf(text: string): Signal {
  const [, room = '', from = ''] = HEAD.exec(text) ?? [];
  return { room, from, text };
}

/** Parses a published signal. */
export function parseSignal(payload: string): Signal {
  return signalOf(payload.slice(payload.indexOf('\n') + 1));
}

/** Forwards signals that have waited for a user to the instance where it polls now. */
export async function forwardSignals(
  store: Store,
  id: number,
  instance: string,
  texts: readonly string[],
): Promise<void> {
  const channel = store.keys.noticeChannel(store.keys.userShard(id), instance);
  await publish(store.redis, channel, [`signals ${id}`, ...texts].join('\n'));
}

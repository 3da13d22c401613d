/** Signals: published once to all API processes, which keep them for a moment; never stored. */
import type { SignalEvent } from '../protocol/events.js';
import type { RedisClient } from '../redis/slot-owners.js';
import { signalText } from './event-text.js';
import type { Store } from './store.js';

/** Tells all who are subscribed; in a cluster by the node of the channel's slot. */
export async function publish(redis: RedisClient, channel: string, text: string): Promise<void> {
  await redis[redis.isCluster ? 'spublish' : 'publish'](channel, text);
}

export async function publishSignal({ keys, redis }: Store, signal: SignalEvent): Promise<void> {
  await publish(redis, keys.signalChannel(keys.roomShard(signal.room)), `${signal.room}\n${signalText(signal)}`);
}

/** A signal as processes hand it on: its text as clients see it, and what that says of where and by whom. */
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

/** Takes a published signal apart. */
export function parseSignal(payload: string): Signal {
  return signalOf(payload.slice(payload.indexOf('\n') + 1));
}

/** Hands signals that have waited for a user on to the process where it polls now. */
export async function forwardSignals(
  store: Store,
  id: number,
  instance: string,
  texts: readonly string[],
): Promise<void> {
  const channel = store.keys.noticeChannel(store.keys.userShard(id), instance);
  await publish(store.redis, channel, [`signals ${id}`, ...texts].join('\n'));
}

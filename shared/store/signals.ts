/** Signals: published once to all API processes, never stored. */
import type { SignalEvent } from '../protocol/events.js';
import type { RedisClient } from '../redis-owners.js';
import { signalText } from './event-text.js';
import type { Store } from './store.js';

/** Tells all who are subscribed; in a cluster by the node of the channel's slot. */
export async function publish(redis: RedisClient, channel: string, text: string): Promise<void> {
  await redis[redis.isCluster ? 'spublish' : 'publish'](channel, text);
}

export async function publishSignal({ keys, redis }: Store, signal: SignalEvent): Promise<void> {
  await publish(redis, keys.signalChannel(keys.roomShard(signal.room)), `${signal.room}\n${signalText(signal)}`);
}

/** Takes a published signal apart: its room and its text. */
export function parseSignal(payload: string): { room: string; text: string } {
  const end = payload.indexOf('\n');
  return { room: payload.slice(0, end), text: payload.slice(end + 1) };
}

/** Signals: published once to all API processes, never stored. */
import type { SignalEvent } from '../protocol/events.js';
import { signalText } from './event-text.js';
import type { Store } from './store.js';

export async function publishSignal({ keys, redis }: Store, signal: SignalEvent): Promise<void> {
  const channel = keys.signalChannel(keys.roomShard(signal.room));
  await redis[redis.isCluster ? 'spublish' : 'publish'](channel, `${signal.room}\n${signalText(signal)}`);
}

/** Takes a published signal apart: its room and its text. */
export function parseSignal(payload: string): { room: string; text: string } {
  const end = payload.indexOf('\n');
  return { room: payload.slice(0, end), text: payload.slice(end + 1) };
}

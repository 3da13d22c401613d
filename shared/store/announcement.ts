/** The announcement of the host to all rooms. It is kept once for all, and in no log. */
import type { AnnouncementEvent } from '../protocol/events.js';
import { publish } from './signals.js';
import type { Store } from './store.js';

/**
 * For so long everybody who comes to another process is told again: longer than a user lives without a poll
 * (`USER_TTL`). After that only people who come to a room are told.
 */
export const TOLD_AGAIN_MS = 120_000;

export type Said = Pick<AnnouncementEvent, 'kind' | 'text' | 'until' | 'begins' | 'minutes'>;

/** Says something in the place of what was said before, and tells all processes. */
export async function announce({ keys, redis }: Store, said: Said): Promise<void> {
  const at = Date.now();
  const told: AnnouncementEvent = { type: 'announcement', room: '', at, from: { id: 0, name: '' }, ...said };
  const untilMs = said.kind === 'none' ? at + TOLD_AGAIN_MS : said.until;
  const text = JSON.stringify(told);
  if (untilMs === undefined) await redis.set(keys.announcement, text);
  else await redis.set(keys.announcement, text, 'PX', Math.max(1, untilMs - at));
  await publish(redis, keys.switchChannel, 'announcement');
}

/** Resolves with what the host says now, also that it has taken something back a moment ago. */
export async function readAnnouncement({ keys, redis }: Pick<Store, 'keys' | 'redis'>) {
  const text = await redis.get(keys.announcement);
  return text === null ? null : (JSON.parse(text) as AnnouncementEvent);
}

import type { ChatEvent } from '../../../../shared/protocol/events.js';
import { called, refill } from '../dom/dom.js';
import type { Skeleton } from '../dom/skeleton.js';
import { filled } from '../texts.js';

/** ms after which what was said aloud is taken away, so that nobody comes across it again. */
const ANNOUNCED = 3_000;

/** Says aloud what comes into a conversation that is not open; the open log speaks for itself. */
export function announce(event: ChatEvent, { texts, announcer }: Skeleton): void {
  if (event.type !== 'message') return;
  refill(announcer, ...filled(event.private ? texts.heardPrivately : texts.heard, { name: called(event.from.name) }));
  setTimeout(() => {
    announcer.textContent = '';
  }, ANNOUNCED);
}

/** The page may want to show the count in its title. */
export function tellUnread({ root }: Skeleton, count: number): void {
  const { host } = root.getRootNode() as ShadowRoot;
  if (host) host.dispatchEvent(new CustomEvent('unread', { detail: count }));
}

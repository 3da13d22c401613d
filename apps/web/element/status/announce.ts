import type { ChatEvent } from '../../../../shared/protocol/events.js';
import { refill } from '../dom/dom.js';
import { called, filled } from '../dom/sentence.js';
import type { Skeleton } from '../skeleton.js';

/** The text for screen readers is removed after this time, so that nobody comes across it later. */
const ANNOUNCED_MS = 3_000;

/** Tells screen readers of a message in a conversation that is not open. They read the open log by themselves. */
export function announce(event: ChatEvent, { texts, announcer }: Skeleton): void {
  if (event.type !== 'message') return;
  refill(announcer, ...filled(event.private ? texts.heardPrivately : texts.heard, { name: called(event.from.name) }));
  setTimeout(() => {
    announcer.textContent = '';
  }, ANNOUNCED_MS);
}

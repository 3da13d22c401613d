import type { UserRef } from '../../../shared/protocol/events.js';
import type { Conversation } from './conversation.js';
import type { Skeleton } from './skeleton.js';
import { fill, type Texts } from './texts.js';

/** What stands above the log: the room's name, or with whom one is alone. */
export function showTitle({ header, texts }: Skeleton, { partner, room }: Conversation): void {
  header.title.textContent = partner ? partner.name : room;
  header.title.classList.toggle('room', !partner);
  header.subtitle.textContent = partner ? texts.onlyYouTwo : '';
  header.back.hidden = !partner;
}

/** What stands at the log's top end: that there is more, or nothing before, or nothing at all. */
export function showTop({ log, texts }: Skeleton, { complete, loading, entries, partner }: Conversation): void {
  const messages = entries.some((entry) => entry.message);
  const end = complete ? texts.start : '';
  log.top.textContent = messages ? (loading ? texts.loading : end) : '';
  log.empty.textContent = partner ? texts.emptyPrivate : texts.empty;
  log.empty.hidden = messages || !complete;
}

/** Whom the composer writes to, and whether they are there to read it. */
export function addressee({ partner }: Conversation, members: UserRef[], texts: Texts): { placeholder: string; possible: boolean } {
  if (!partner) return { placeholder: texts.placeholder, possible: true };
  const possible = members.some((member) => member.id === partner.id);
  const placeholder = possible ? fill(texts.placeholderPrivate, { name: partner.name }) : `${partner.name} ${texts.gone}`;
  return { placeholder, possible };
}

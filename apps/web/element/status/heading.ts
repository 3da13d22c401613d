import type { Role } from '../../../../shared/protocol/events.js';
import type { Conversation } from '../conversations/conversation.js';
import { isolated } from '../dom/dom.js';
import type { Skeleton } from '../dom/skeleton.js';
import type { Standing } from '../moderation/role.js';
import type { Crowd } from '../people/crowd.js';
import { fill, type Texts } from '../texts.js';

/** What stands above the log: the room's name, or with whom one is alone. */
export function showTitle({ header, texts }: Skeleton, { partner, room }: Conversation, role: Role | undefined): void {
  header.title.textContent = partner ? partner.name : room;
  header.title.classList.toggle('room', !partner);
  const duty = role && (role === 'owner' ? texts.yourRoom : texts.yourDuty);
  header.subtitle.textContent = partner ? texts.onlyYouTwo : duty || '';
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

/** The button that leads to the newest message, while that is out of view. */
export function showLatest({ log, texts }: Skeleton, { unread }: Conversation, atEnd: boolean): void {
  const label = log.latest.querySelector('span');
  if (label) label.textContent = unread > 0 ? fill(texts.newMessages, { n: unread }) : texts.latest;
  log.latest.classList.toggle('some', unread > 0);
  log.latest.hidden = atEnd;
}

/** What stands in the composer while nothing can be written. */
const BOUND = { off: 'offNow', closed: 'closedNow', read_only: 'readOnlyNow' } as const;

/** Whom the composer writes to, and whether they are there, and this user may write to them. */
export function addressee(
  { partner }: Conversation,
  crowd: Crowd,
  { bound }: Standing,
  texts: Texts,
  blocked: readonly number[],
): { placeholder: string; possible: boolean } {
  if (!partner) return { placeholder: bound ? texts[BOUND[bound]] : texts.placeholder, possible: !bound };
  const name = isolated(partner.name);
  if (blocked.includes(partner.id)) return { placeholder: fill(texts.youBlock, { name }), possible: false };
  const possible = crowd.has(partner.id);
  const placeholder = possible ? fill(texts.placeholderPrivate, { name }) : `${name} ${texts.gone}`;
  return { placeholder, possible };
}

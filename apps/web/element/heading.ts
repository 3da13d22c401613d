import type { Role } from '../../../shared/protocol/events.js';
import type { Conversation } from './conversations/conversation.js';
import { counted } from './counts.js';
import { isolated } from './dom/sentence.js';
import type { Skeleton } from './skeleton.js';
import { fill } from './texts.js';
import { numberText } from './times.js';

/** Shows the title above the log: the room's name, or the partner of a private conversation. */
export function showTitle({ header, texts }: Skeleton, { partner, room }: Conversation, role: Role | undefined): void {
  header.title.textContent = partner ? partner.name : room;
  header.title.classList.toggle('room', !partner);
  const roleText = role && (role === 'owner' ? texts.yourRoom : texts.yourDuty);
  header.subtitle.textContent = partner ? texts.onlyYouTwo : roleText || '';
  header.back.hidden = !partner;
}

/** Shows the button that leads to the newest message while that message is out of view. */
export function showLatest({ log, texts }: Skeleton, { unread, mentionCount }: Conversation, atEnd: boolean): void {
  const label = log.latest.querySelector('span');
  const m = numberText(mentionCount, texts);
  const news =
    mentionCount > 0
      ? fill(texts.newMentions, { n: numberText(unread, texts), m })
      : counted(texts.newMessages, unread, texts);
  if (label) label.textContent = unread > 0 ? news : texts.latest;
  log.latest.classList.toggle('some', unread > 0);
  log.latest.hidden = atEnd;
}

/** Shows the button that blocks the partner of a private conversation, or unblocks it. */
export function showBlock({ header, texts }: Skeleton, { partner }: Conversation, blocked: readonly number[]): void {
  const { block } = header;
  block.hidden = !partner;
  if (!partner) return;
  const isBlocked = blocked.includes(partner.id);
  block.textContent = isBlocked ? texts.unblock : texts.block;
  block.title = fill(isBlocked ? texts.unblockTitle : texts.blockTitle, { name: isolated(partner.name) });
}

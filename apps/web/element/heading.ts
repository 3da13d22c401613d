import type { Role } from '../../../shared/protocol/events.js';
import type { Conversation } from './conversations/conversation.js';
import { isolated } from './dom/sentence.js';
import type { RoleState } from './moderation/role-state.js';
import type { RoomMembers } from './people/room-members.js';
import type { Skeleton } from './skeleton.js';
import { fill, type Texts } from './texts.js';

/** Shows the title above the log: the room's name, or the partner of a private conversation. */
export function showTitle({ header, texts }: Skeleton, { partner, room }: Conversation, role: Role | undefined): void {
  header.title.textContent = partner ? partner.name : room;
  header.title.classList.toggle('room', !partner);
  const roleText = role && (role === 'owner' ? texts.yourRoom : texts.yourDuty);
  header.subtitle.textContent = partner ? texts.onlyYouTwo : roleText || '';
  header.back.hidden = !partner;
}

/** Shows the button that leads to the newest message while that message is out of view. */
export function showLatest({ log, texts }: Skeleton, { unread }: Conversation, atEnd: boolean): void {
  const label = log.latest.querySelector('span');
  if (label) label.textContent = unread > 0 ? fill(texts.newMessages, { n: unread }) : texts.latest;
  log.latest.classList.toggle('some', unread > 0);
  log.latest.hidden = atEnd;
}

/** The texts that stand in the composer while the user cannot write. */
const BLOCK_TEXTS = { off: 'offNow', closed: 'closedNow', read_only: 'readOnlyNow' } as const;

/** Returns the placeholder of the composer, and whether the user can write in the open conversation. */
export function composerState(
  { partner }: Conversation,
  members: RoomMembers,
  { writeBlock }: RoleState,
  texts: Texts,
  blocked: readonly number[],
): { placeholder: string; enabled: boolean } {
  if (!partner)
    return { placeholder: writeBlock ? texts[BLOCK_TEXTS[writeBlock]] : texts.placeholder, enabled: !writeBlock };
  const name = isolated(partner.name);
  if (blocked.includes(partner.id)) return { placeholder: fill(texts.youBlock, { name }), enabled: false };
  const enabled = members.has(partner.id);
  const placeholder = enabled ? fill(texts.placeholderPrivate, { name }) : `${name} ${texts.gone}`;
  return { placeholder, enabled };
}

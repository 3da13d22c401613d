import type { Role } from '../../../../shared/protocol/events.js';
import { h, ICONS, icon } from './dom.js';

/**
 * Makes the mark of owners and moderators: a picture, which no name can contain, with a label for a screen reader.
 */
export function roleMark(role: Role | undefined, titles: { isOwner: string; isModerator: string }): HTMLElement | null {
  if (!role) return null;
  const title = role === 'owner' ? titles.isOwner : titles.isModerator;
  return h('span', { class: `role ${role}`, role: 'img', 'aria-label': title, title }, icon(ICONS[role]));
}

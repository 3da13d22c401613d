import type { Skeleton } from '../skeleton.js';
import type { Conversations } from './conversations.js';

/**
 * Tells the page the number of unread messages, as `detail`, and how many of them name this user, as `mentions`. The
 * page may show the numbers in its title.
 */
export function tellUnread({ root }: Skeleton, conversations: Conversations): void {
  const { host } = root.getRootNode() as ShadowRoot;
  const told = new CustomEvent('unread', { detail: conversations.unread() });
  Object.defineProperty(told, 'mentions', { value: conversations.mentionCount() });
  if (host) host.dispatchEvent(told);
}

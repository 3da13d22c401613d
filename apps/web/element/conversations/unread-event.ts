import type { Skeleton } from '../skeleton.js';

/** Tells the page the number of unread messages. It may show the number in its title. */
export function tellUnread({ root }: Skeleton, count: number): void {
  const { host } = root.getRootNode() as ShadowRoot;
  if (host) host.dispatchEvent(new CustomEvent('unread', { detail: count }));
}

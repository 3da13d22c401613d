/** A dot on the icon of the page's tab. It stands where the icon has the least to show. */
const DOT = '<circle cx="25" cy="7" r="6" fill="#d1331f" stroke="#fff" stroke-width="2"/></svg>';

/** Marks the icon of the page's tab while a chat has unread messages. */
export function markIcon(chat: HTMLElement): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (!link) return;
  const plain = link.href;
  let marked: Promise<string> | undefined;
  const mark = async (): Promise<string> => {
    const svg = await (await fetch(plain)).text();
    return `data:image/svg+xml,${encodeURIComponent(svg.replace('</svg>', DOT))}`;
  };
  let unread = 0;
  chat.addEventListener('unread', async (change) => {
    unread = (change as CustomEvent<number>).detail;
    marked = marked || (unread > 0 ? mark().catch(() => plain) : undefined);
    const address = unread > 0 && marked ? await marked : plain;
    link.href = unread > 0 ? address : plain;
  });
}

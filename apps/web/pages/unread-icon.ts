/** A dot on the icon of the page's tab. It stands where the icon has the least to show. */
const DOT = '<circle cx="25" cy="7" r="6" fill="#d1331f" stroke="#fff" stroke-width="2"/></svg>';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">';

/** Returns a file as an address. An image inside an image can have no other. */
function dataAddress(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/** Marks the icon of the page's tab while a chat has unread messages. */
export function markIcon(chat: HTMLElement): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (!link) return;
  const plain = link.href;
  let marked: Promise<string> | undefined;
  const mark = async (): Promise<string> => {
    const icon = await dataAddress(await (await fetch(plain)).blob());
    const image = `<image width="32" height="32" href="${icon}"/>`;
    return `data:image/svg+xml,${encodeURIComponent(`${SVG}${image}${DOT}`)}`;
  };
  let unread = 0;
  chat.addEventListener('unread', async (change) => {
    unread = (change as CustomEvent<number>).detail;
    marked = marked || (unread > 0 ? mark().catch(() => plain) : undefined);
    const address = unread > 0 && marked ? await marked : plain;
    link.href = unread > 0 ? address : plain;
  });
}

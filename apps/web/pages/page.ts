/**
 * This server's address as the page was loaded from it, without a slash at its end. A proxy may serve it below a path.
 */
export const server = new URL('..', (document.currentScript as HTMLScriptElement).src).href.replace(/\/$/, '');

/** Returns the room that is named at the end of the page's address. */
export function roomOfPage(): string {
  const [, room] = /\/([^/]+)$/.exec(location.pathname) || [];
  return room ? decodeURIComponent(room) : 'lobby';
}

/** Returns the address of a room's own page. */
export function addressOf(room: string): string {
  return `${server}/r/${encodeURIComponent(room)}`;
}

/** Returns the element with this id. Throws if the page's HTML has none of this kind. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`The page has no ${id}.`);
  return element;
}

/** Copies the text on a click, and says so on the button for two seconds. `mark` selects the same text on the page. */
export function copyOnClick(button: HTMLButtonElement, text: () => string, mark: () => void): void {
  const label = Array.from(button.childNodes);
  button.addEventListener('click', () => {
    void copy(text(), mark).then((done) => {
      button.textContent = done ? 'Copied' : 'Selected: copy it now';
      setTimeout(() => button.replaceChildren(...label), 2_000);
    });
  });
}

/** The clipboard API exists only on https pages and on localhost. Elsewhere the old command does it. */
async function copy(text: string, mark: () => void): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (_) {
    mark();
    return document.execCommand('copy');
  }
}

/** Selects an element's text, so that it can be copied by hand. */
export function select(element: Node): void {
  const selection = getSelection();
  if (selection) selection.selectAllChildren(element);
}

/** This server as the page was asked from it: below a path where a proxy has it there. Without a slash at its end. */
export const server = new URL('..', (document.currentScript as HTMLScriptElement).src).href.replace(/\/$/, '');

/** The room that the page's address names at its end. */
export function roomOfPage(): string {
  const [, name] = /\/([^/]+)$/.exec(location.pathname) || [];
  return name ? decodeURIComponent(name) : 'lobby';
}

/** The address of a room's own page. */
export function addressOf(room: string): string {
  return `${server}/r/${encodeURIComponent(room)}`;
}

/** The element with that id, which the page's own HTML has. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`The page has no ${id}.`);
  return element;
}

/** Copies on a click, and says so on the button for a moment. `mark` marks the same text on the page. */
export function copyOnClick(button: HTMLButtonElement, text: () => string, mark: () => void): void {
  const label = Array.from(button.childNodes);
  button.addEventListener('click', () => {
    void copy(text(), mark).then((done) => {
      button.textContent = done ? 'Copied' : 'Marked: copy it now';
      setTimeout(() => button.replaceChildren(...label), 2_000);
    });
  });
}

/** The clipboard exists only on pages that browsers trust: https, or this computer. Elsewhere the old command does it. */
async function copy(text: string, mark: () => void): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (_) {
    mark();
    return document.execCommand('copy');
  }
}

/** Marks an element's text, ready to be copied by hand. */
export function select(element: Node): void {
  const selection = getSelection();
  if (selection) selection.selectAllChildren(element);
}

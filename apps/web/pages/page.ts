/** The element with that id, which the page's own HTML has. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`The page has no ${id}.`);
  return element;
}

/** Copies on a click, and says so on the button for a moment. */
export function copyOnClick(button: HTMLButtonElement, text: () => string, fallback: () => void): void {
  const label = Array.from(button.childNodes);
  button.addEventListener('click', () => {
    copy(text()).then(() => 'Copied', () => { fallback(); return 'Press Ctrl+C'; }).then((done) => {
      button.textContent = done;
      setTimeout(() => button.replaceChildren(...label), 2_000);
    });
  });
}

/** The clipboard exists only on pages that browsers trust: https, or this computer. */
async function copy(text: string): Promise<void> {
  if (!navigator.clipboard) throw new Error('no clipboard');
  await navigator.clipboard.writeText(text);
}

/** Marks an element's text, ready to be copied by hand. */
export function select(element: Node): void {
  const selection = getSelection();
  if (selection) selection.selectAllChildren(element);
}

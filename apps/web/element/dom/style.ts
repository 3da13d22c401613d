import { append, remove } from './dom.js';

/** Sent to a shadow root after its element has moved to another document. Style sheets do not move with it. */
const MOVED_EVENT = 'nobackend-chat-adopted';

/**
 * Adds a style sheet that a script makes: no policy on inline styles forbids it. Returns a function that removes it.
 */
export function addStyle(root: ShadowRoot, css: string): () => void {
  if (!('adoptedStyleSheets' in root)) return addElement(root, css);
  let removeSheet = addSheet(root, css);
  const addAgain = (): void => {
    removeSheet = addSheet(root, css);
  };
  root.addEventListener(MOVED_EVENT, addAgain);
  return () => {
    root.removeEventListener(MOVED_EVENT, addAgain);
    removeSheet();
  };
}

/** Makes all styles again: the element has moved to another document. */
export function restyle(root: ShadowRoot): void {
  root.dispatchEvent(new Event(MOVED_EVENT));
}

/** A sheet works only in the document whose window made it. */
function addSheet(root: ShadowRoot, css: string): () => void {
  const { defaultView } = root.ownerDocument as { defaultView: (Window & typeof globalThis) | null };
  if (!defaultView) return () => undefined;
  const sheet = new defaultView.CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return () => {
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((other) => other !== sheet);
  };
}

function addElement(root: Node, css: string): () => void {
  const style = document.createElement('style');
  style.textContent = css;
  append(root, style);
  return () => remove(style);
}

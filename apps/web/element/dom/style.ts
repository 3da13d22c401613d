import { append, remove } from './dom.js';

/** What a root is told when its element has come into another document, which takes no style sheets along. */
const ADOPTED = 'nobackend-chat-adopted';

/** Adds a style sheet made by script: no policy on inline styles forbids it. Returns what takes it out again. */
export function addStyle(root: ShadowRoot, css: string): () => void {
  if (!('adoptedStyleSheets' in root)) return addElement(root, css);
  let takeOut = adopt(root, css);
  const again = (): void => {
    takeOut = adopt(root, css);
  };
  root.addEventListener(ADOPTED, again);
  return () => {
    root.removeEventListener(ADOPTED, again);
    takeOut();
  };
}

/** The element has come into another document: all styles are made anew there. */
export function restyle(root: ShadowRoot): void {
  root.dispatchEvent(new Event(ADOPTED));
}

/** A sheet belongs to the document whose window has made it. */
function adopt(root: ShadowRoot, css: string): () => void {
  const { defaultView } = root.ownerDocument as { defaultView: (Window & typeof globalThis) | null };
  if (!defaultView) return () => undefined;
  const sheet = new defaultView.CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return () => {
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet);
  };
}

function addElement(root: Node, css: string): () => void {
  const style = document.createElement('style');
  style.textContent = css;
  append(root, style);
  return () => remove(style);
}

import { append, remove } from './dom.js';

/** Adds a style sheet made by script: no policy on inline styles forbids it. The function it gives takes it out again. */
export function addStyle(root: ShadowRoot, css: string): () => void {
  if ('adoptedStyleSheets' in root) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    return () => { root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet); };
  }
  const style = document.createElement('style');
  style.textContent = css;
  append(root, style);
  return () => remove(style);
}

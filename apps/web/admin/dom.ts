const SVG = 'http://www.w3.org/2000/svg';

/** Makes an element with a class and its content. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  tag: Name,
  className = '',
  ...content: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

export function makeSvg<Name extends keyof SVGElementTagNameMap>(
  tag: Name,
  attributes: Record<string, string>,
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** Sets a text only if it changes. So a screen reader or a selection keeps its place. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Patterns for what is coloured in HTML or JavaScript, by class. This is no parser, but good enough for reading. */
const TOKENS: Array<[string, RegExp]> = [
  ['comment', /\/\/[^\n]*|<!--[\s\S]*?-->/y],
  ['string', /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/y],
  ['tag', /<\/?[a-z][\w-]*|\/?>/y],
  ['keyword', /\b(?:const|let|var|function|return|for|of|if|else|new|async|await|import|export)\b/y],
  ['attribute', /\b[a-z-]+(?==")/y],
];

function tokenAt(text: string, at: number): [string, string] | null {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return [kind, match[0]];
  }
  return null;
}

/**
 * Returns the text as nodes, with a span for each coloured piece. The `//` of an address within a string is no comment.
 */
export function highlighted(text: string): Array<Node | string> {
  const nodes: Array<Node | string> = [];
  let plain = '';
  for (let at = 0; at < text.length; ) {
    const token = tokenAt(text, at);
    if (!token) plain += text[at++];
    else {
      nodes.push(plain, span(token[0], token[1]));
      plain = '';
      at += token[1].length;
    }
  }
  return nodes.concat(plain).filter((node) => node !== '');
}

function span(kind: string, text: string): HTMLSpanElement {
  const element = document.createElement('span');
  element.className = `t-${kind}`;
  element.textContent = text;
  return element;
}

import { formatted, type Part } from './format.js';

/** Returns the text of a message on one line, without the marks of its formatting. */
export function plainText(text: string): string {
  return plain(formatted(text)).replace(/\s+/g, ' ').trim();
}

/** A block begins a new line, and so does what comes after it. */
function plain(parts: Part[]): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      if ('link' in part) return part.link;
      const text = plain(part.parts);
      return part.tag === 'pre' || part.tag === 'blockquote' ? `\n${text}\n` : text;
    })
    .join('');
}

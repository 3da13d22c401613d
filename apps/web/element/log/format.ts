/**
 * Finds the formatting of a message: `code`, code blocks between three backticks, *bold*, _italic_, lines of a quote
 * after `> `, and links. It is our own because the smallest parser of Markdown, snarkdown 2.0, makes HTML and knows far
 * more than a chat needs, and the others are far larger (docs/dependencies.md). It takes linear time, because anybody
 * may send any text.
 */
import { type Link, nextLink } from '../../../../shared/protocol/links.js';
import { LETTER, UNSPACED } from '../dom/words.js';

/** Text, a link, or parts that look different. */
export type Part = string | { link: string; host: string } | Styled;
export interface Styled {
  tag: 'strong' | 'em' | 'code' | 'blockquote' | 'pre';
  parts: Part[];
  /** The language of a code block, as its author names it. */
  language?: string;
}

const FENCE = '```';
/** The rest of the line with the first fence. */
const LABEL = /^[\w+#.-]*[ \t]*\n/;
/** Lines that begin with `> `. Empty lines among them may do without the space. */
const QUOTE = /(^> (?=.*\S).*(?:\n>(?: .*)?$)*)/m;
const QUOTE_MARK = /^> ?/gm;
const STEP = /\n|`+|\*+|_+/g;
const STYLES: Record<string, Styled['tag']> = { '*': 'strong', '**': 'strong', _: 'em' };

/** Signs that may stand outside of formatted words, beside those of one side. East Asian signs stand on both. */
const AROUND = `\\s"'*_…\\u3000-\\u303f\\uff01-\\uff0f\\uff1a-\\uff20${UNSPACED}`;
const BEFORE = new RegExp(`(?:^|[${AROUND}\\p{Ps}\\p{Pi}¿¡])$`, 'u');
const AFTER = new RegExp(`^(?:$|[${AROUND}\\p{Pe}\\p{Pf}.,:;!?])`, 'u');
const ENDS_IN_LETTER = new RegExp(`${LETTER}$`, 'u');
/** Between words and their marks there are only other marks: `*_*` is not bold. */
const OPENS = /^[*_`]*[^\s*_`.,:;!?]/;
const CLOSES = /[^\s*_`][*_`]*$/;
/** So many UTF-16 units around a mark decide what it is: a character, and marks of all kinds. */
const NEAR_MAX = 5;

/** Returns the parts of a message. All its characters are there, in their order, except the marks. */
export function formatted(text: string): Part[] {
  const pieces = text.split(FENCE);
  const parts: Part[] = [];
  let plain = pieces[0] || '';
  for (let i = 1; i < pieces.length; i += 1) {
    const code = pieces[i] || '';
    const after = pieces[i + 1];
    if (after !== undefined && code.trim()) {
      parts.push(...quoted(withoutEnd(plain)), block(code));
      plain = withoutStart(after);
      i += 1;
    } else plain += FENCE + code;
  }
  return parts.concat(quoted(plain));
}

function block(text: string): Styled {
  const label = (LABEL.exec(text) || [''])[0];
  const code = text.slice(label.length);
  if (!code.trim()) return { tag: 'pre', parts: [withoutEnd(text)] };
  return { tag: 'pre', parts: [withoutEnd(code)], language: label.trim() };
}

const withoutEnd = (text: string): string => (text.endsWith('\n') ? text.slice(0, -1) : text);
const withoutStart = (text: string): string => (text.startsWith('\n') ? text.slice(1) : text);

/** Finds quotes. A quote is a block, so the line breaks around it are marks, too. */
function quoted(text: string): Part[] {
  const parts: Part[] = [];
  const pieces = text.split(QUOTE);
  pieces.forEach((piece, i) => {
    if (i % 2) parts.push({ tag: 'blockquote', parts: inline(piece.replace(QUOTE_MARK, '')) });
    else {
      const begun = i > 0 ? withoutStart(piece) : piece;
      parts.push(...inline(i < pieces.length - 1 ? withoutEnd(begun) : begun));
    }
  });
  return parts;
}

/** Finds code, links, bold and italic. None of them reaches over the end of a line. */
function inline(text: string): Part[] {
  return new Inline(text).read();
}

/** A mark that may begin something. */
interface Opener {
  /** Its place among the parts. */
  place: number;
  /** Its end in the text. */
  end: number;
}

class Inline {
  private readonly parts: Part[] = [];
  /** The text up to here is in the parts. */
  private done = 0;
  /** The last opener of each mark. As there are few, each part is moved a few times at most. */
  private readonly open = new Map<string, Opener>();

  /** The next link, if there is one. */
  private next: Link | null;

  constructor(private readonly text: string) {
    this.next = nextLink(text, 0);
  }

  read(): Part[] {
    for (let at = 0; at < this.text.length; ) at = this.step(at);
    this.put(this.text.length);
    return this.parts;
  }

  /** Reads the next mark or link. Returns where to go on. */
  private step(at: number): number {
    const { text } = this;
    if (this.next && this.next.from < at) this.next = nextLink(text, at);
    STEP.lastIndex = at;
    const found = STEP.exec(text);
    const to = found ? found.index : text.length;
    if (this.next && this.next.from <= to) return this.link(this.next);
    return found ? this.mark(found[0], to) : to;
  }

  /** Adds the text up to `to`, and then a part that ends at `end`. Returns where to go on. */
  private put(to: number, part?: Part, end = to): number {
    if (to > this.done) this.parts.push(this.text.slice(this.done, to));
    if (part) this.parts.push(part);
    this.done = end;
    return end;
  }

  /** Adds a link. A mark that surrounds it is not a part of it. */
  private link({ from, to, host }: Link): number {
    const written = this.text.slice(from, to);
    this.open.forEach((opener, mark) => {
      const inner = opener.end === from && written.endsWith(mark) && nextLink(written.slice(0, -mark.length), 0);
      if (inner) ({ to, host } = { to: from + inner.to, host: inner.host });
    });
    return this.put(from, { link: this.text.slice(from, to), host }, to);
  }

  private mark(mark: string, at: number): number {
    const end = at + mark.length;
    const before = this.text.slice(Math.max(0, at - NEAR_MAX), at);
    if (mark === '\n') this.open.clear();
    else if (mark === '`' && !ENDS_IN_LETTER.test(before)) return this.code(at);
    else if (STYLES[mark]) this.style(mark, at, before);
    return end;
  }

  private code(at: number): number {
    const close = this.text.indexOf('`', at + 1);
    const code = this.text.slice(at + 1, Math.max(at, close));
    if (!code.trim() || code.includes('\n')) return at + 1;
    return this.put(at, { tag: 'code', parts: [code] }, close + 1);
  }

  private style(mark: string, at: number, before: string): void {
    const end = at + mark.length;
    const after = this.text.slice(end, end + NEAR_MAX);
    const opener = this.open.get(mark);
    const tag = STYLES[mark];
    const within = this.text.slice(Math.max(opener?.end || 0, at - NEAR_MAX), at);
    if (tag && opener && CLOSES.test(within) && AFTER.test(after)) {
      this.put(at);
      const [, ...parts] = this.parts.splice(opener.place);
      this.put(at, { tag, parts }, end);
      this.open.forEach(({ place }, other) => {
        if (place >= opener.place) this.open.delete(other);
      });
    } else if (BEFORE.test(before) && OPENS.test(after)) {
      this.put(at, mark, end);
      this.open.set(mark, { place: this.parts.length - 1, end });
    }
  }
}

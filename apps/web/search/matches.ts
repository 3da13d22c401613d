import { h, type Piece } from '../element/dom/dom.js';

/** Characters before the first match, and in all, that a result shows of a long message. */
const BEFORE_MAX = 40;
const SHOWN_MAX = 140;
/** Half a letter that has been cut in two, at the beginning or the end. */
const HALVES = /^[\udc00-\udfff]|[\ud800-\udbff]$/g;
/** A search is for so many words at most: each message is looked through for each. */
const WORDS_MAX = 10;

/** The user searches for this: messages that have all words, in any order and case. */
export class Wanted {
  private readonly words: RegExp[];
  private readonly any: RegExp;

  constructor(text: string) {
    const words = text.normalize().split(/\s+/).filter(Boolean).slice(0, WORDS_MAX);
    const escaped = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
    this.words = escaped.map((word) => new RegExp(word, 'i'));
    this.any = new RegExp(`(${escaped.join('|')})`, 'i');
  }

  get isNothing(): boolean {
    return this.words.length === 0;
  }

  /** A message may be found by its text as it was typed, and as it is shown. */
  isIn(text: string, plainText: (text: string) => string): boolean {
    const whole = `${text}\n${plainText(text)}`.normalize();
    return !this.isNothing && this.words.every((word) => word.test(whole));
  }

  /** Returns the part of a message's plain text around the first word, with all words marked. */
  excerpt(plain: string): Piece[] {
    const whole = plain.normalize();
    const from = Math.max(0, whole.search(this.any) - BEFORE_MAX);
    const to = from + SHOWN_MAX;
    const shown = whole.slice(from, to).replace(HALVES, '');
    return [from > 0 ? '…' : '', ...this.marked(shown), to < whole.length ? '…' : ''].filter((piece) => piece !== '');
  }

  private marked(text: string): Piece[] {
    return text.split(this.any).map((piece, i) => (i % 2 ? h('mark', {}, piece) : piece));
  }
}

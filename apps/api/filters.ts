/**
 * What rooms do not want to be said: words that are masked or held, and links. A process keeps the filters that it met, and says by
 * their hash which it has applied; the step that appends a message refuses one that is not the room's, and gives that.
 */
import { UNFILTERED, type Filtered, type Outgoing } from '../../shared/store/messages.js';
import { foldName } from '../../shared/store/names.js';
import { keepNewest } from './guard/bounded.js';

/** Filters kept at a time: some 10 KB each at the most. */
const MOST = 1_000;
/** Words of letters and digits, with what nobody sees between them. */
const WORDS = /[\p{L}\p{N}\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}|]+/gu;
const MASK = '•';
/** An address with its scheme, one that begins with www, and a name in a domain that many have. */
const LINK = /(?<![a-z0-9])(?:[a-z][a-z0-9+.-]{1,30}:\/\/|www\.)[^\s]|(?<![\p{L}\p{N}.-])[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,8}\.(?:com|net|org|info|biz|io|co|tv|gg|ly|app|dev|xyz|top|site|online|shop|club|link|ru|cn|de|uk|fr|nl|eu)(?![\p{L}\p{N}-])/iu;

interface Filter {
  hash: string;
  links: boolean;
  hold: boolean;
  words: ReadonlySet<string>;
  beginnings: readonly string[];
}

/** Whether there is a web address in what is said, as text or in data. */
export function hasLink({ text, data }: Pick<Outgoing, 'text' | 'data'>): boolean {
  let found = text !== undefined && isLink(text);
  mapTexts(data, (one) => {
    found ||= isLink(one);
    return one;
  });
  return found;
}

function isLink(text: string): boolean {
  const plain = text.normalize('NFKC');
  return (plain.includes('.') || plain.includes('://')) && LINK.test(plain); // most have neither, and a long one costs LINK a millisecond
}

export class Filters {
  /** By room, the one learned first is forgotten first. */
  readonly #filters = new Map<string, Filter>();

  /** Applies a room's filter, as far as it is known here. */
  apply(message: Outgoing): Filtered {
    const filter = this.#filters.get(message.room);
    if (!filter) return UNFILTERED;
    const { hash } = filter;
    if (!filter.links && hasLink(message)) return { hash, verdict: 'links' };
    const mask = new Mask(filter);
    const masked = { text: message.text === undefined ? undefined : mask.apply(message.text), data: mapTexts(message.data, (text) => mask.apply(text)) };
    if (!mask.found) return { hash, verdict: '' };
    return filter.hold ? { hash, verdict: 'hold' } : { hash, verdict: '', masked };
  }

  /** Takes a room's filter as Redis holds it: hash and JSON, '' for none. */
  learn(room: string, text: string): void {
    this.#filters.delete(room);
    if (text === '') return;
    this.#filters.set(room, parseFilter(text));
    keepNewest(this.#filters, MOST);
  }
}

function parseFilter(text: string): Filter {
  const space = text.indexOf(' ');
  const { links, words, hold } = JSON.parse(text.slice(space + 1)) as { links: boolean; words: string[]; hold: boolean };
  const [whole, beginnings] = [words.filter((word) => !word.endsWith('*')), words.filter((word) => word.endsWith('*'))];
  return { hash: text.slice(0, space), links, hold, words: new Set(whole.map(foldName)), beginnings: beginnings.map((word) => foldName(word.slice(0, -1))) };
}

/** Masks words in texts, and remembers whether there was one. */
class Mask {
  found = false;
  readonly #filter: Filter;

  constructor(filter: Filter) {
    this.#filter = filter;
  }

  apply(text: string): string {
    const { words, beginnings } = this.#filter;
    if (words.size === 0 && beginnings.length === 0) return text;
    // all at once: a text may have a thousand words. A NUL stays as it is, and is part of none
    const folded = foldName((text.match(WORDS) ?? []).join('\0')).split('\0').values();
    return text.replace(WORDS, (word) => {
      const look = folded.next().value ?? '';
      if (!words.has(look) && !beginnings.some((beginning) => look.startsWith(beginning))) return word;
      this.found = true;
      return MASK.repeat([...word].length);
    });
  }
}

/** The same data with each text in it changed; keys stay. */
function mapTexts(data: unknown, change: (text: string) => string): unknown {
  if (typeof data === 'string') return change(data);
  if (Array.isArray(data)) return data.map((one) => mapTexts(one, change));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, one]) => [key, mapTexts(one, change)]));
}

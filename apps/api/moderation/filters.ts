/**
 * What rooms do not want to be said: words that are masked or held, and links (`shared/protocol/links.ts` says what one is).
 * A process keeps the filters that it met, and says by their hash which it has applied; the step that appends a message
 * refuses one that is not the room's, and gives that.
 */
import { LRUCache } from 'lru-cache';
import { ChatError } from '../../../shared/protocol/errors.js';
import { DATA_BYTES, TEXT_BYTES } from '../../../shared/protocol/limits.js';
import { nextLink } from '../../../shared/protocol/links.js';
import { messageCost, storedBytes } from '../../../shared/store/event-text.js';
import { type Filtered, type Message, UNFILTERED } from '../../../shared/store/messages.js';
import { foldText, plainForm } from '../../../shared/store/names.js';

/** How often a room's filter may be another than the last one, within one write. */
const TRIES_MAX = 3;
/** The cost of a message with a link, in messages. */
const LINK_COST_MESSAGES = 2;

/** Filters kept at a time: some 10 KB each at the most. */
const FILTERS_MAX = 1_000;
/** Words of letters and digits, with what nobody sees between them; one ends where the scheme of a link begins. */
const WORD_CHARACTER = '[\\p{L}\\p{N}\\p{M}\\p{Cf}\\p{Default_Ignorable_Code_Point}|]';
const WORDS = new RegExp(`${WORD_CHARACTER}(?:(?!https?:\\/\\/)${WORD_CHARACTER})*`, 'giu');
const MASK = '•';
/** Instead of it, where it would make what is said larger than what may be stored: it has one byte, as every letter at least. */
const SMALL_MASK = '*';
/** What nobody sees within an address, and marks that strike it through. */
const HIDING = /[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** Any scheme, and what begins with www. */
const BEGINNING = /(?:[a-z0-9+.-]:\/\/|(?<![a-z0-9])www\.)[^\s]/i;
/** What may be a host, and whether a path follows. One token, not its labels, so that a long one is looked at once. */
const HOSTS = /[\p{L}\p{N}_.-]+(\/(?=\S))?/gu;
/** Domains that many have. Other hosts are addresses only with a path: `readme.md` is none, `t.me/x` is one. */
const DOMAINS = new Set(
  ('com net org info biz io co tv gg ly app dev xyz top site online shop club link ' + 'ru cn de uk fr nl eu').split(
    ' ',
  ),
);

interface Filter {
  hash: string;
  links: boolean;
  hold: boolean;
  words: ReadonlySet<string>;
  beginnings: readonly string[];
}

/** Whether there is a web address in what is said, as text or in data, its keys too. */
export function hasLink({ text, data }: Pick<Message, 'text' | 'data'>): boolean {
  return (text !== undefined && isLink(text)) || textsOf(data).some(isLink);
}

/** Returns what a message or value costs in its user's rate, in messages. `limited`: rates are limited here at all. */
export function costOf(said: Pick<Message, 'text' | 'data'>, limited: boolean): number {
  return Math.max(limited && hasLink(said) ? LINK_COST_MESSAGES : 1, messageCost(said));
}

/** Whatever an element shows as a link is one, and more: what a reader may copy. */
function isLink(text: string): boolean {
  if (nextLink(text, 0)) return true;
  const plain = plainForm(text).normalize('NFD').replace(HIDING, '').toLowerCase();
  if (BEGINNING.test(plain)) return true;
  return plain.includes('.') && [...plain.matchAll(HOSTS)].some(([host, path]) => isHost(host, path !== undefined));
}

/** Whether a token of letters, digits, dots and hyphens is a web address. */
function isHost(token: string, hasPath: boolean): boolean {
  const labels = (hasPath ? token.slice(0, -1) : token).split('.');
  while (labels.at(-1) === '') labels.pop();
  const [name, domain = ''] = labels.slice(-2);
  if (!name || labels.length < 2) return false;
  return DOMAINS.has(domain) || domain.startsWith('xn--') || (hasPath && /^\p{L}{2,}$/u.test(domain));
}

/** All texts of data, and its keys. */
function textsOf(data: unknown): string[] {
  if (typeof data === 'string') return [data];
  if (typeof data !== 'object' || data === null) return [];
  if (Array.isArray(data)) return data.flatMap(textsOf);
  return Object.entries(data).flatMap(([key, value]) => [key, ...textsOf(value)]);
}

export class Filters {
  /** By room. */
  readonly #filters = new LRUCache<string, Filter>({ max: FILTERS_MAX });

  /**
   * Writes what the room's filter makes of a message: `write` gives another filter when that is not the one known here, which is
   * seldom, and null when the user is not in the room. `most`: the bytes that its data may have. Throws `unavailable`.
   */
  async write<Written extends object>(
    message: Message,
    write: (filtered: Filtered) => Promise<Written | { filter: string } | null>,
    most = DATA_BYTES,
  ): Promise<Written | null> {
    for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
      const written = await write(this.apply(message, most));
      if (!written || !('filter' in written)) return written;
      this.learn(message.room, written.filter);
    }
    throw new ChatError('unavailable', `The rules of the room ${message.room} change too fast.`, { retryAfter: 1 });
  }

  /** Applies a room's filter, as far as it is known here. */
  apply(message: Message, most = DATA_BYTES): Filtered {
    const filter = this.#filters.get(message.room);
    if (!filter) return UNFILTERED;
    const { hash } = filter;
    if (!filter.links && hasLink(message)) return { hash, verdict: 'links' };
    const masked = maskedBy(filter, message, most);
    if (!masked) return { hash, verdict: '' };
    return filter.hold ? { hash, verdict: 'hold' } : { hash, verdict: '', masked };
  }

  /** Takes a room's filter as Redis holds it: hash and JSON, '' for none. */
  learn(room: string, text: string): void {
    if (text === '') this.#filters.delete(room);
    else this.#filters.set(room, parseFilter(text));
  }
}

function parseFilter(text: string): Filter {
  const space = text.indexOf(' ');
  const { links, words, hold } = JSON.parse(text.slice(space + 1)) as {
    links: boolean;
    words: string[];
    hold: boolean;
  };
  const [whole, beginnings] = [words.filter((word) => !word.endsWith('*')), words.filter((word) => word.endsWith('*'))];
  return {
    hash: text.slice(0, space),
    links,
    hold,
    words: new Set(whole.map(foldText)),
    beginnings: beginnings.map((word) => foldText(word.slice(0, -1))),
  };
}

/** What is said with its words masked; null when there is none of them in it. */
function maskedBy(filter: Filter, { text, data }: Message, dataMax: number): Pick<Message, 'text' | 'data'> | null {
  const mask = new Mask(filter);
  const apply = (what: unknown, most: number): unknown => {
    const masked = mapTexts(what, (one) => mask.apply(one, MASK));
    return mask.found && storedBytes(masked) > most ? mapTexts(what, (one) => mask.apply(one, SMALL_MASK)) : masked;
  };
  const masked = {
    text: text === undefined ? undefined : (apply(text, TEXT_BYTES) as string),
    data: data === undefined ? undefined : apply(data, dataMax),
  };
  return mask.found ? masked : null;
}

/** Masks words in texts, and remembers whether there was one. */
class Mask {
  found = false;
  readonly #filter: Filter;

  constructor(filter: Filter) {
    this.#filter = filter;
  }

  apply(text: string, mask: string): string {
    const { words, beginnings } = this.#filter;
    if (words.size === 0 && beginnings.length === 0) return text;
    // all at once: a text may have a thousand words. A NUL stays as it is, and is part of none
    const folded = foldText((text.match(WORDS) ?? []).join('\0'))
      .split('\0')
      .values();
    return text.replace(WORDS, (word) => {
      const look = folded.next().value ?? '';
      if (!words.has(look) && !beginnings.some((beginning) => look.startsWith(beginning))) return word;
      this.found = true;
      return mask.repeat([...word].length);
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

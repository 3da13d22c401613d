/**
 * Filters messages by the rules of their room: words to mask or to hold for approval, and links (see
 * `shared/protocol/links.ts`). A process keeps the filters that it has met. With each message it says by a hash which
 * one it has applied. The step that appends the message refuses an outdated filter and returns the room's own.
 */
import { domainToUnicode } from 'node:url';
import { LRUCache } from 'lru-cache';
import { ChatError } from '../../../shared/protocol/errors.js';
import type { Hold } from '../../../shared/protocol/events.js';
import { DATA_BYTES, TEXT_BYTES } from '../../../shared/protocol/limits.js';
import { nextLink } from '../../../shared/protocol/links.js';
import { messageCost, storedBytes } from '../../../shared/store/event-text.js';
import { type Filtered, type Message, UNFILTERED } from '../../../shared/store/messages.js';
import { foldText, plainForm } from '../../../shared/store/nicknames.js';

/** How often the filter of a room may change during one write. */
const TRIES_MAX = 3;
/** The cost of a message with a link, in messages. */
const LINK_COST_MESSAGES = 2;

/** Filters kept at a time, each of some 10 KB at most. */
const FILTERS_MAX = 1_000;
/** A word of letters and digits may contain invisible characters. It ends where the scheme of a link begins. */
const WORD_CHARACTER = '[\\p{L}\\p{N}\\p{M}\\p{Cf}\\p{Default_Ignorable_Code_Point}|]';
const WORDS = new RegExp(`${WORD_CHARACTER}(?:(?!https?:\\/\\/)${WORD_CHARACTER})*`, 'giu');
const MASK = '•';
/** Used if MASK would make the message too large to store. It has one byte; every letter has at least one. */
const SMALL_MASK = '*';
/** Invisible characters within an address, and marks that strike it through. */
const HIDING = /[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** An address that begins with any scheme or with www. */
const BEGINNING = /(?:[a-z0-9+.-]:\/\/|(?<![a-z0-9])www\.)[^\s]/i;
/**
 * A possible host name, and whether a path follows. It matches the whole name, so that a long one is read only once.
 */
const HOSTS = /[\p{L}\p{N}_.-]+(\/(?=\S))?/gu;
/**
 * Common top-level domains. Under others, only a name with a path is an address: `t.me/x` is one, `readme.md` is not.
 */
const DOMAINS = new Set(
  ('com net org info biz io co tv gg ly app dev xyz top site online shop club link ' + 'ru cn de uk fr nl eu').split(
    ' ',
  ),
);

interface Filter extends Words {
  hash: string;
  links: boolean;
  hold: Hold;
}

/** Words, folded: whole ones, and beginnings of words. */
export interface Words {
  words: ReadonlySet<string>;
  beginnings: readonly string[];
}

/** Whether there is a web address in a message's text or data, including the keys of data. */
export function hasLink({ text, data }: Pick<Message, 'text' | 'data'>): boolean {
  return (text !== undefined && isLink(text)) || textsOf(data).some(isLink);
}

/**
 * Returns what a message or value costs in its user's rate, in messages. `isLimited`: whether rates are limited here at
 * all.
 */
export function costOf(said: Pick<Message, 'text' | 'data'>, isLimited: boolean): number {
  return Math.max(isLimited && hasLink(said) ? LINK_COST_MESSAGES : 1, messageCost(said));
}

/** Whether a text has a link: everything that the element shows as one, and addresses that a reader may copy. */
function isLink(text: string): boolean {
  if (nextLink(text, 0)) return true;
  const plain = comparable(text);
  if (BEGINNING.test(plain)) return true;
  return plain.includes('.') && [...plain.matchAll(HOSTS)].some(([host, path]) => isHost(host, path !== undefined));
}

/** Returns a text as addresses in it are compared: without marks and invisible characters, in small letters. */
const comparable = (text: string): string => plainForm(text).normalize('NFD').replace(HIDING, '').toLowerCase();

/** Returns a host name as it is compared, whether it is written in its letters or in ASCII (`xn--...`). */
export const comparableHost = (name: string): string => comparable(domainToUnicode(name) || name);

/** Characters as addresses may have them. */
const ESCAPES = /(?:%[\da-f]{2})+/gi;
/** Browsers take it for a dot. */
const OTHER_DOT = /\u3002/g;

/** Returns the names in a text that may be hosts, as it is and without escapes. */
const hostNames = (text: string): string[] =>
  text.includes('%') ? [...namesIn(text), ...namesIn(text.replace(ESCAPES, unescaped))] : namesIn(text);

function namesIn(text: string): string[] {
  const plain = comparable(text).replace(OTHER_DOT, '.');
  return plain.includes('.')
    ? [...plain.matchAll(HOSTS)].map(([host]) => comparableHost(host.replace(/[./]+$/, '')))
    : [];
}

function unescaped(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes; // no UTF-8
  }
}

/** Whether one of the hosts (`comparableHost`), or a name below it, is in a message's text or data. */
export function namesHost({ text, data }: Pick<Message, 'text' | 'data'>, hosts: readonly string[]): boolean {
  const names = [text ?? '', ...textsOf(data)].flatMap(hostNames);
  return names.some((name) => hosts.some((host) => name === host || name.endsWith(`.${host}`)));
}

/** Whether a token of letters, digits, dots and hyphens is a web address. */
function isHost(token: string, hasPath: boolean): boolean {
  const labels = (hasPath ? token.slice(0, -1) : token).split('.');
  while (labels.at(-1) === '') labels.pop();
  const [name, domain = ''] = labels.slice(-2);
  if (!name || labels.length < 2) return false;
  return DOMAINS.has(domain) || domain.startsWith('xn--') || (hasPath && /^\p{L}{2,}$/u.test(domain));
}

/** Returns all texts in data, and its keys. */
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
   * Writes a message as the room's filter leaves it. `write` resolves with another filter if the one known here is
   * outdated, which is rare, and with null if the user is not in the room. `dataBytesMax`: the limit of its data.
   * Rejects with `unavailable` if the filter changes too often meanwhile.
   */
  async write<Written extends object>(
    message: Message,
    write: (filtered: Filtered) => Promise<Written | { filter: string } | null>,
    dataBytesMax = DATA_BYTES,
  ): Promise<Written | null> {
    for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
      const written = await write(this.apply(message, dataBytesMax));
      if (!written || !('filter' in written)) return written;
      this.learn(message.room, written.filter);
    }
    throw new ChatError('unavailable', `The rules of the room ${message.room} are changing too fast. Try again.`, {
      retryAfter: 1,
    });
  }

  /** Applies the filter of a room that is known here. */
  apply(message: Message, dataBytesMax = DATA_BYTES): Filtered {
    const filter = this.#filters.get(message.room);
    if (!filter) return UNFILTERED;
    const { hash } = filter;
    if (!filter.links && hasLink(message)) return { hash, verdict: 'links' };
    if (filter.hold === 'all') return { hash, verdict: 'hold', holdsAll: true };
    const masked = maskedBy(filter, message, dataBytesMax);
    if (!masked) return { hash, verdict: '' };
    return filter.hold ? { hash, verdict: 'hold' } : { hash, verdict: '', masked };
  }

  /** Remembers a room's filter as Redis stores it: a hash and JSON, '' for no filter. */
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
    hold: Hold;
  };
  return { hash: text.slice(0, space), links, hold, ...foldWords(words) };
}

/** Folds words. One that ends with `*` is the beginning of words. */
export function foldWords(words: readonly string[]): Words {
  const [whole, beginnings] = [words.filter((word) => !word.endsWith('*')), words.filter((word) => word.endsWith('*'))];
  return {
    words: new Set(whole.map(foldText)),
    beginnings: beginnings.map((word) => foldText(word.slice(0, -1))),
  };
}

/** Returns the text and data with the filter's words masked, or null if they have none of these words. */
export function maskedBy(
  filter: Words,
  { text, data }: Pick<Message, 'text' | 'data'>,
  dataBytesMax: number,
): Pick<Message, 'text' | 'data'> | null {
  const mask = new Mask(filter);
  const apply = (content: unknown, bytesMax: number): unknown => {
    const masked = mapTexts(content, (one) => mask.apply(one, MASK));
    return mask.found && storedBytes(masked) > bytesMax
      ? mapTexts(content, (one) => mask.apply(one, SMALL_MASK))
      : masked;
  };
  const masked = {
    text: text === undefined ? undefined : (apply(text, TEXT_BYTES) as string),
    data: data === undefined ? undefined : apply(data, dataBytesMax),
  };
  return mask.found ? masked : null;
}

/** Masks words in texts, and remembers whether it found one. */
class Mask {
  found = false;
  readonly #filter: Words;

  constructor(filter: Words) {
    this.#filter = filter;
  }

  apply(text: string, mask: string): string {
    const { words, beginnings } = this.#filter;
    if (words.size === 0 && beginnings.length === 0) return text;
    // all words are folded at once, as a text may have a thousand; NUL is not changed and is part of no word
    const folded = foldText((text.match(WORDS) ?? []).join('\0'))
      .split('\0')
      .values();
    return text.replace(WORDS, (word) => {
      const plain = folded.next().value ?? '';
      if (!words.has(plain) && !beginnings.some((beginning) => plain.startsWith(beginning))) return word;
      this.found = true;
      return mask.repeat([...word].length);
    });
  }
}

/** Returns the same data with each text in it changed. Keys stay as they are. */
function mapTexts(data: unknown, change: (text: string) => string): unknown {
  if (typeof data === 'string') return change(data);
  if (Array.isArray(data)) return data.map((one) => mapTexts(one, change));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, one]) => [key, mapTexts(one, change)]));
}

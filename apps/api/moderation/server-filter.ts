/**
 * Words and links that the host has switched off on the whole server. They bind everybody, owners too, in every room
 * and in private messages. `Blocklist` reads the list.
 */
import type { SwitchedOff } from '../../../shared/protocol/admin.js';
import { ChatError } from '../../../shared/protocol/errors.js';
import { DATA_BYTES } from '../../../shared/protocol/limits.js';
import type { Message } from '../../../shared/store/messages.js';
import { comparableHost, foldWords, hasLink, maskedBy, namesHost, type Words } from './filters.js';

/** Stands for the links to all hosts. */
export const ALL_LINKS = '*';

type Said = Pick<Message, 'text' | 'data'>;

export class ServerFilter {
  #words: Words | null = null;
  #hosts: readonly string[] = [];
  #allLinks = false;

  /** Takes over what is off now. */
  learn(off: readonly SwitchedOff[]): void {
    const ofKind = (wanted: string): string[] => off.flatMap(({ kind, name }) => (kind === wanted ? [name] : []));
    const [words, links] = [ofKind('word'), ofKind('link')];
    this.#words = words.length > 0 ? foldWords(words) : null;
    this.#allLinks = links.includes(ALL_LINKS);
    this.#hosts = links.filter((link) => link !== ALL_LINKS).map(comparableHost);
  }

  /**
   * Returns what was said with the words masked. Throws `not_allowed` with the reason `links` for a link that is off.
   * `dataBytesMax`: the limit of its data, which masks must not exceed.
   */
  apply<Given extends Said>(said: Given, dataBytesMax = DATA_BYTES): Given {
    if ((this.#allLinks && hasLink(said)) || (this.#hosts.length > 0 && namesHost(said, this.#hosts)))
      throw new ChatError('not_allowed', 'The host of this chat does not allow this link.', { reason: 'links' });
    const masked = this.#words && maskedBy(this.#words, said, dataBytesMax);
    return masked ? { ...said, ...masked } : said;
  }
}

/** Returns the host name of a link, or a host name as it is typed, in small letters. Null for anything else. */
export function hostNameIn(text: string): string | null {
  const name = text
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/[/:?#].*$/, '')
    .replace(/^www\./, '')
    .replace(/\.$/, '');
  return /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?\.)+[\p{L}\p{N}-]{2,}$/u.test(name) ? name : null;
}

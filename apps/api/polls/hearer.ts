/** The signals that wait at this process for one user's poll. */
import type { Signal } from '../../../shared/store/signals.js';
import type { Poll } from './poll.js';

/** How long a signal may wait. After that it says nothing about the present: the pointer it shows is elsewhere. */
export const WAIT_MS = 2_000;
/** Signals that may wait for one user, and their characters: as many as an answer has events, and half its size. */
export const WAITING_MAX = 100;
export const WAITING_CHARACTERS_MAX = 32_768;
/**
 * Characters that may wait for all users of a process together. Above this limit a signal is lost. A text is counted
 * for every user it waits for, although they share it, so the memory in use is smaller.
 */
export const ALL_CHARACTERS_MAX = 64 * 1_024 * 1_024;
/** The memory of a waiting signal beside its text, in characters. */
const OVERHEAD_CHARACTERS = 100;

/** The part that all users of this process share. */
export interface Shared {
  /** The characters of the signals that wait for all of them. */
  characters: number;
  /** The last announcement of the host, as JSON text; '' for nothing. */
  news: string;
}

interface WaitingSignal {
  readonly signal: Signal;
  /** When it came, in ms since 1970. */
  readonly at: number;
}

export class Hearer {
  readonly id: number;
  rooms = new Set<string>();
  /** The user's newest poll here. Once it is settled, signals wait for the next one. */
  poll: Poll;
  /** When an answer last had signals, in ms since 1970. */
  answeredAt = 0;
  /** When the user was first found without a held poll, in ms since 1970. 0 while there is one. */
  idleSince = 0;
  timer: NodeJS.Timeout | undefined;
  readonly #shared: Shared;
  /** The last announcement that the user has had for sure. */
  #heardNews = '';
  /** The last one that the user may have had: at another process, or by an answer that may be lost on its way. */
  #likelyNews: string;
  #waiting: WaitingSignal[] = [];
  #characters = 0;

  constructor(poll: Poll, shared: Shared) {
    this.id = poll.userId;
    this.poll = poll;
    this.#shared = shared;
    this.#likelyNews = poll.isFirst ? '' : shared.news;
  }

  /** Whether something waits that a held poll should be answered for. */
  get waits(): boolean {
    return this.#waiting.length > 0 || this.#waitsForNews;
  }

  /**
   * News that the user may have had comes with the next answer, since a user whose polls go to processes in turn would
   * else have each of them answered at once. A stream stays here.
   */
  get #waitsForNews(): boolean {
    const { news } = this.#shared;
    return news !== '' && this.#isUntold(this.poll) && (news !== this.#likelyNews || this.poll.goesOn);
  }

  /**
   * Keeps a signal. While no poll is held, or a stream's client does not keep up, it replaces earlier ones of its
   * sender in its room, which are outdated. While a poll is held all are kept, as it is answered within a moment.
   */
  keep(signal: Signal): void {
    if (this.poll.settled || this.poll.blocked)
      this.#drop((one) => one.room === signal.room && one.from === signal.from);
    if (this.#shared.characters > ALL_CHARACTERS_MAX) return;
    this.#waiting.push({ signal, at: Date.now() });
    this.#count(sizeOf(signal));
    while (this.#waiting.length > WAITING_MAX || this.#characters > WAITING_CHARACTERS_MAX) this.#shift();
  }

  /** Takes all signals that wait. Returns their texts joined by commas, '' for none. */
  take(): string {
    if (this.#waiting.length === 0) return '';
    const texts = this.fresh();
    this.clear();
    if (texts.length > 0) this.answeredAt = Date.now();
    return texts.join(',');
  }

  /** Takes what the host says, for an answer to this poll. Returns '' if the user has had it. */
  takeNews(by: Poll): string {
    const { news } = this.#shared;
    if (!this.#isUntold(by)) return '';
    if (news === this.#likelyNews) this.#heardNews = news;
    this.#likelyNews = news;
    by.toldNews = news;
    return news;
  }

  /** Returns the texts of the signals that are not too old. */
  fresh(): string[] {
    const since = Date.now() - WAIT_MS;
    return this.#waiting.flatMap(({ signal, at }) => (at < since ? [] : signal.text));
  }

  /** Forgets the signals of rooms that the user is not in. */
  forgetLeftRooms(): void {
    this.#drop(({ room }) => !this.rooms.has(room));
  }

  clear(): void {
    this.#waiting = [];
    this.#count(-this.#characters);
  }

  /** Whether an answer to this poll should tell what the host says. Two polls tell it: one answer may be lost. */
  #isUntold(by: Poll): boolean {
    const { news } = this.#shared;
    return news !== this.#heardNews && news !== by.toldNews;
  }

  #shift(): void {
    const first = this.#waiting.shift();
    if (first) this.#count(-sizeOf(first.signal));
  }

  #drop(isDropped: (signal: Signal) => boolean): void {
    if (this.#waiting.length === 0) return;
    this.#waiting = this.#waiting.filter(({ signal }) => {
      if (!isDropped(signal)) return true;
      this.#count(-sizeOf(signal));
      return false;
    });
  }

  #count(characters: number): void {
    this.#characters += characters;
    this.#shared.characters += characters;
  }
}

function sizeOf({ text }: Signal): number {
  return text.length + OVERHEAD_CHARACTERS;
}

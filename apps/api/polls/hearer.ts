/** The signals that wait at this process for one user's poll. */
import type { Signal } from '../../../shared/store/signals.js';
import type { Poll } from './poll.js';

/** A signal that has waited for so long (ms) says nothing of the present any more: the pointer is elsewhere. */
export const WAIT_MS = 2_000;
/** Signals that wait for one user, and their characters: as many as an answer has events, and half its size. */
export const WAITING_MAX = 100;
export const WAITING_CHARACTERS_MAX = 32_768;
/**
 * Characters that wait for all users of a process together: beyond, a signal is lost. A text is counted for every user
 * that it waits for, though they share it, so that memory is less than this.
 */
export const ALL_CHARACTERS_MAX = 64 * 1_024 * 1_024;
/** What a waiting signal takes beside its text, counted as characters. */
const OVERHEAD_CHARACTERS = 100;

/** What waits for all users of this process. */
export interface Load {
  characters: number;
}

interface WaitingSignal {
  readonly signal: Signal;
  /** When it came (ms since 1970). */
  readonly at: number;
}

export class Hearer {
  readonly id: number;
  rooms = new Set<string>();
  /** The user's newest poll here. Settled: signals wait for the next one. */
  poll: Poll;
  /** When an answer had signals last (ms since 1970). */
  answeredAt = 0;
  /** Found without a held poll at this time (ms since 1970); 0 for one that has not been. */
  idleSince = 0;
  timer: NodeJS.Timeout | undefined;
  readonly #load: Load;
  #waiting: WaitingSignal[] = [];
  #characters = 0;

  constructor(poll: Poll, load: Load) {
    this.id = poll.userId;
    this.poll = poll;
    this.#load = load;
  }

  get waits(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Keeps a signal. While no poll is held, only the newest of its sender in its room is kept: what is behind it then is
   * old. While one is held, all are, as that poll is answered within a moment.
   */
  keep(signal: Signal): void {
    if (this.poll.settled) this.#drop((one) => one.room === signal.room && one.from === signal.from);
    if (this.#load.characters > ALL_CHARACTERS_MAX) return;
    this.#waiting.push({ signal, at: Date.now() });
    this.#count(sizeOf(signal));
    while (this.#waiting.length > WAITING_MAX || this.#characters > WAITING_CHARACTERS_MAX) this.#shift();
  }

  /** Takes all that waits. Returns their texts joined by commas, '' when there is nothing. */
  take(): string {
    if (this.#waiting.length === 0) return '';
    const texts = this.fresh();
    this.clear();
    if (texts.length > 0) this.answeredAt = Date.now();
    return texts.join(',');
  }

  /** The texts of all that waits and is not too old. */
  fresh(): string[] {
    const since = Date.now() - WAIT_MS;
    return this.#waiting.flatMap(({ signal, at }) => (at < since ? [] : signal.text));
  }

  /** Forgets the signals of rooms that the user is not in. */
  stay(): void {
    this.#drop(({ room }) => !this.rooms.has(room));
  }

  clear(): void {
    this.#waiting = [];
    this.#count(-this.#characters);
  }

  #shift(): void {
    const first = this.#waiting.shift();
    if (first) this.#count(-sizeOf(first.signal));
  }

  #drop(goes: (signal: Signal) => boolean): void {
    if (this.#waiting.length === 0) return;
    this.#waiting = this.#waiting.filter(({ signal }) => {
      if (!goes(signal)) return true;
      this.#count(-sizeOf(signal));
      return false;
    });
  }

  #count(characters: number): void {
    this.#characters += characters;
    this.#load.characters += characters;
  }
}

function sizeOf({ text }: Signal): number {
  return text.length + OVERHEAD_CHARACTERS;
}

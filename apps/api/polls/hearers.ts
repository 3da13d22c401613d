/**
 * The users that hear signals at this process. A user hears here if its newest poll came here, while that poll is held
 * and for some seconds after. A signal that comes between two polls waits for the next one. If the next poll is at
 * another process, its attach tells this process, which forwards the signals. So one process at a time keeps signals
 * for a user.
 */
import { privateRoomUsers } from '../../../shared/protocol/events.js';
import type { Signal } from '../../../shared/store/signals.js';
import { Hearer, type Shared, WAIT_MS } from './hearer.js';
import type { Poll } from './poll.js';
import { RoomsIndex } from './rooms-index.js';

/**
 * Signals that come sooner than this after an answer with signals share the next answer. The first one after a pause is
 * given at once. One user may signal 25 times a second; that many answers look smooth.
 */
export const GATHER_MS = 40;

/**
 * Held polls learn what the host says within this time, some at each step. If 5,000 polls were answered at once, all of
 * these clients would come again in the same second.
 */
const NEWS_WITHIN_MS = 5_000;
const NEWS_STEP_MS = 50;
/** At each step at least so many: a small chat learns it at once. */
const NEWS_STEP_COUNT = 50;

export class Hearers {
  readonly #byUser = new Map<number, Hearer>();
  readonly #byRoom = new RoomsIndex<Hearer>();
  readonly #shared: Shared = { characters: 0, news: '' };
  #newsTimer: NodeJS.Timeout | undefined;
  readonly #sweep = setInterval(() => this.#forgetIdle(), WAIT_MS / 2);

  /** Returns the held polls whose users are in a room. */
  heldIn(room: string): Poll[] {
    return this.#byRoom
      .in(room)
      .map(({ poll }) => poll)
      .filter(({ settled }) => !settled);
  }

  /** Whether a user hears the signals of a room here. */
  isIn(id: number, room: string): boolean {
    return this.#byUser.get(id)?.rooms.has(room) ?? false;
  }

  /** Returns the first public room that a user is in, if the user hears signals here. */
  publicRoomOf(id: number): string | undefined {
    for (const room of this.#byUser.get(id)?.rooms ?? []) if (!privateRoomUsers(room)) return room;
    return undefined;
  }

  /**
   * Takes a user's newest poll. From now on signals are given to it, or wait for the next one. `rooms` null: the user's
   * rooms are the ones known here. A user that is not known here hears nothing until its rooms are known.
   */
  meet(poll: Poll, rooms: Set<string> | null): void {
    const hearer = this.#byUser.get(poll.userId) ?? (rooms && new Hearer(poll, this.#shared));
    if (!hearer) return;
    this.#byUser.set(poll.userId, hearer);
    if (rooms && hearer.rooms !== rooms) this.#move(hearer, rooms);
    hearer.poll = poll;
    hearer.idleSince = 0;
    poll.signals = hearer;
  }

  /** Answers a poll that is about to wait, if signals are waiting for it. */
  give(poll: Poll): void {
    const hearer = this.#byUser.get(poll.userId);
    if (hearer?.poll === poll) this.#answer(hearer);
  }

  /** Gives a signal to all users in its room. */
  hear(signal: Signal): void {
    for (const hearer of this.#byRoom.in(signal.room)) this.#tell(hearer, signal);
  }

  /**
   * Takes what the host says as JSON text, '' for nothing. Users whose polls are held get it soon, and others with
   * their next answer.
   */
  tellNews(news: string): void {
    if (news === this.#shared.news) return;
    this.#shared.news = news;
    clearInterval(this.#newsTimer);
    const left = news === '' ? [] : [...this.#byUser.values()];
    const count = Math.max(NEWS_STEP_COUNT, Math.ceil((left.length * NEWS_STEP_MS) / NEWS_WITHIN_MS));
    const step = (): void => {
      for (const { poll } of left.splice(0, count)) if (poll.listens) poll.settleEmpty();
      if (left.length === 0) clearInterval(this.#newsTimer);
    };
    this.#newsTimer = setInterval(step, NEWS_STEP_MS);
    step();
  }

  /** Takes signals that have waited for a user at another process. Returns false if the user is not here. */
  receive(id: number, signals: readonly Signal[]): boolean {
    const hearer = this.#byUser.get(id);
    for (const signal of signals) if (hearer?.rooms.has(signal.room)) this.#tell(hearer, signal);
    return hearer !== undefined;
  }

  changeRooms(id: number, room: string, what: 'entered' | 'exited'): void {
    const hearer = this.#byUser.get(id);
    if (!hearer) return;
    this.#byRoom.change(hearer, room, what);
    hearer.forgetLeftRooms();
  }

  /**
   * Forgets a user that has attached elsewhere since attach `n`, or ended. Returns the signals that wait for the user.
   */
  leave(id: number, n: number): string[] {
    const hearer = this.#byUser.get(id);
    if (!hearer || hearer.poll.n > n) return [];
    const texts = hearer.fresh();
    this.#forget(hearer);
    return texts;
  }

  /** Forgets users without a held poll: nobody will tell this process what becomes of them. */
  lose(concerns: (id: number) => boolean): void {
    for (const hearer of this.#byUser.values()) if (hearer.poll.settled && concerns(hearer.id)) this.#forget(hearer);
  }

  close(): void {
    clearInterval(this.#sweep);
    clearInterval(this.#newsTimer);
    for (const hearer of this.#byUser.values()) this.#forget(hearer);
  }

  #tell(hearer: Hearer, signal: Signal): void {
    hearer.keep(signal);
    this.#answer(hearer);
  }

  /** Gives the waiting signals to a held poll: at once, or a little later if an answer with signals was just given. */
  #answer(hearer: Hearer): void {
    if (!hearer.waits || !hearer.poll.listens) return; // an attach takes the signals along
    const wait = hearer.answeredAt + Math.max(GATHER_MS, hearer.poll.holdMs) - Date.now();
    if (wait <= 0) return void hearer.poll.settleEmpty();
    hearer.timer ??= setTimeout(() => {
      hearer.timer = undefined;
      this.#answer(hearer);
    }, wait);
  }

  #move(hearer: Hearer, rooms: Set<string>): void {
    this.#byRoom.remove(hearer);
    hearer.rooms = rooms;
    this.#byRoom.add(hearer);
    hearer.forgetLeftRooms();
  }

  #forgetIdle(): void {
    const now = Date.now();
    for (const hearer of this.#byUser.values()) {
      if (!hearer.poll.settled) continue;
      if (hearer.idleSince === 0) hearer.idleSince = now;
      else if (now - hearer.idleSince >= WAIT_MS) this.#forget(hearer);
    }
  }

  #forget(hearer: Hearer): void {
    clearTimeout(hearer.timer);
    hearer.clear();
    this.#byRoom.remove(hearer);
    if (this.#byUser.get(hearer.id) === hearer) this.#byUser.delete(hearer.id);
  }
}

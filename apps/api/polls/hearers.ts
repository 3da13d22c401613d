/**
 * The users that hear signals at this process: those whose newest poll came here, while it is held and for some seconds
 * after. A signal that comes between two polls of a user waits for the next one. When that is at another process, its
 * attach tells this one, which hands on what waits. So one process at a time keeps signals for a user.
 */
import type { Signal } from '../../../shared/store/signals.js';
import { Hearer, type Load, WAIT_MS } from './hearer.js';
import type { Poll } from './poll.js';
import { RoomsIndex } from './rooms-index.js';

/**
 * Signals that come sooner (ms) after an answer with signals share the next one; the first after a pause is given at
 * once. 25 answers a second are as many as one user may signal, and look smooth.
 */
export const GATHER_MS = 40;

export class Hearers {
  readonly #byUser = new Map<number, Hearer>();
  readonly #byRoom = new RoomsIndex<Hearer>();
  readonly #load: Load = { characters: 0 };
  readonly #sweep = setInterval(() => this.#forgetIdle(), WAIT_MS / 2);

  /** The polls held whose users are in a room. */
  heldIn(room: string): Poll[] {
    return this.#byRoom
      .in(room)
      .map(({ poll }) => poll)
      .filter(({ settled }) => !settled);
  }

  /** Whether a user hears signals of a room here. */
  isIn(id: number, room: string): boolean {
    return this.#byUser.get(id)?.rooms.has(room) ?? false;
  }

  /**
   * A user's poll has come: from now on signals are given to it, or wait for the next one. `rooms` null: the user's rooms are
   * those that are known here; of a user that is not known here nothing is heard until they are.
   */
  meet(poll: Poll, rooms: Set<string> | null): void {
    const hearer = this.#byUser.get(poll.userId) ?? (rooms && new Hearer(poll, this.#load));
    if (!hearer) return;
    this.#byUser.set(poll.userId, hearer);
    if (rooms && hearer.rooms !== rooms) this.#move(hearer, rooms);
    hearer.poll = poll;
    hearer.idleSince = 0;
    poll.signals = hearer;
  }

  /** Answers a poll that is about to wait, if signals have waited for it. */
  give(poll: Poll): void {
    const hearer = this.#byUser.get(poll.userId);
    if (hearer?.poll === poll) this.#answer(hearer);
  }

  /** Gives a signal to all who are in its room. */
  hear(signal: Signal): void {
    for (const hearer of this.#byRoom.in(signal.room)) this.#tell(hearer, signal);
  }

  /** Takes signals that have waited for a user at another process. False when the user is not here. */
  receive(id: number, signals: readonly Signal[]): boolean {
    const hearer = this.#byUser.get(id);
    for (const signal of signals) if (hearer?.rooms.has(signal.room)) this.#tell(hearer, signal);
    return hearer !== undefined;
  }

  changeRooms(id: number, room: string, what: 'entered' | 'exited'): void {
    const hearer = this.#byUser.get(id);
    if (!hearer) return;
    this.#byRoom.change(hearer, room, what);
    hearer.stay();
  }

  /** A user whose attach `n` was here has gone elsewhere, or ended. Returns the texts of signals that wait for it. */
  leave(id: number, n: number): string[] {
    const hearer = this.#byUser.get(id);
    if (!hearer || hearer.poll.n > n) return [];
    const texts = hearer.fresh();
    this.#forget(hearer);
    return texts;
  }

  /** Forgets users without a held poll: it will not be told what becomes of them. */
  lose(concerns: (id: number) => boolean): void {
    for (const hearer of this.#byUser.values()) if (hearer.poll.settled && concerns(hearer.id)) this.#forget(hearer);
  }

  close(): void {
    clearInterval(this.#sweep);
    for (const hearer of this.#byUser.values()) this.#forget(hearer);
  }

  #tell(hearer: Hearer, signal: Signal): void {
    hearer.keep(signal);
    this.#answer(hearer);
  }

  /** Gives what waits to a poll that is held: at once, or so soon after the last that others can come with it. */
  #answer(hearer: Hearer): void {
    if (!hearer.waits || hearer.poll.settled || hearer.poll.attaching) return; // an attach takes them along
    const wait = hearer.answeredAt + GATHER_MS - Date.now();
    if (wait <= 0) return hearer.poll.settleEmpty();
    hearer.timer ??= setTimeout(() => {
      hearer.timer = undefined;
      this.#answer(hearer);
    }, wait);
  }

  #move(hearer: Hearer, rooms: Set<string>): void {
    this.#byRoom.remove(hearer);
    hearer.rooms = rooms;
    this.#byRoom.add(hearer);
    hearer.stay();
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

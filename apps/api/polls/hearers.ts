/**
 * The users that hear signals at this process. A user hears here if its newest poll came here, while that poll is held
 * and for some seconds after. A signal that comes between two polls waits for the next one. If the next poll is at
 * another process, its attach tells this process, which forwards the signals. So one process at a time keeps signals
 * for a user.
 */
import { privateRoomUsers } from '../../../shared/protocol/events.js';
import type { Signal } from '../../../shared/store/signals.js';
import { Hearer, type Load, WAIT_MS } from './hearer.js';
import type { Poll } from './poll.js';
import { RoomsIndex } from './rooms-index.js';

/**
 * Signals that come sooner than this after an answer with signals share the next answer. The first one after a pause is
 * given at once. One user may signal 25 times a second; that many answers look smooth.
 */
export const GATHER_MS = 40;

export class Hearers {
  readonly #byUser = new Map<number, Hearer>();
  readonly #byRoom = new RoomsIndex<Hearer>();
  readonly #load: Load = { characters: 0 };
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
    const hearer = this.#byUser.get(poll.userId) ?? (rooms && new Hearer(poll, this.#load));
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

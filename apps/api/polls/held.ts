/** The polls held at the moment: by user, for notices; by room, for signals. */
import type { Poll } from './poll.js';

export class HeldPolls {
  readonly #byUser = new Map<number, Poll>();
  readonly #byRoom = new Map<string, Set<Poll>>();
  readonly #rooms = new Map<Poll, Set<string>>();

  get size(): number {
    return this.#byUser.size;
  }

  all(): Poll[] {
    return [...this.#byUser.values()];
  }

  ofUser(id: number): Poll | undefined {
    return this.#byUser.get(id);
  }

  inRoom(room: string): Poll[] {
    return [...this.#byRoom.get(room) ?? []];
  }

  add(poll: Poll): void {
    this.#byUser.set(poll.userId, poll);
    this.#rooms.set(poll, new Set(poll.rooms));
    for (const room of poll.rooms) this.#enter(poll, room);
  }

  remove(poll: Poll): void {
    if (this.#byUser.get(poll.userId) === poll) this.#byUser.delete(poll.userId);
    for (const room of this.#rooms.get(poll) ?? []) this.#exit(poll, room);
    this.#rooms.delete(poll);
  }

  /** A user's rooms changed while its poll is held. */
  changeRooms(id: number, room: string, isIn: boolean): void {
    const poll = this.#byUser.get(id);
    const rooms = poll && this.#rooms.get(poll);
    if (!rooms) return;
    if (isIn) rooms.add(room);
    else rooms.delete(room);
    if (isIn) this.#enter(poll, room);
    else this.#exit(poll, room);
  }

  #enter(poll: Poll, room: string): void {
    const polls = this.#byRoom.get(room) ?? new Set();
    this.#byRoom.set(room, polls.add(poll));
  }

  #exit(poll: Poll, room: string): void {
    const polls = this.#byRoom.get(room);
    polls?.delete(poll);
    if (polls?.size === 0) this.#byRoom.delete(room);
  }
}

/** The polls that wait in the blocking way at the moment: by user, for notices; by room, for signals. */
import type { Poll } from './poll.js';
import { RoomsIndex } from './rooms-index.js';

export class HeldPolls {
  readonly #byUser = new Map<number, Poll>();
  readonly #byRoom = new RoomsIndex<Poll>();

  get size(): number {
    return this.#byUser.size;
  }

  ofUser(id: number): Poll | undefined {
    return this.#byUser.get(id);
  }

  inRoom(room: string): Poll[] {
    return this.#byRoom.in(room);
  }

  add(poll: Poll): void {
    this.#byUser.set(poll.userId, poll);
    this.#byRoom.add(poll);
  }

  remove(poll: Poll): void {
    if (this.#byUser.get(poll.userId) === poll) this.#byUser.delete(poll.userId);
    this.#byRoom.remove(poll);
  }

  changeRooms(id: number, room: string, what: 'entered' | 'exited'): void {
    const poll = this.#byUser.get(id);
    if (poll) this.#byRoom.change(poll, room, what);
  }
}

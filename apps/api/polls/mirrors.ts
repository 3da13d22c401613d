/** The mirrors of this process: by token, for polls; by user, for deliveries and notices; by room, for signals. */
import type { Mirror } from './mirror.js';
import { RoomsIndex } from './rooms-index.js';

export class Mirrors {
  readonly #byToken = new Map<string, Mirror>();
  readonly #byUser = new Map<number, Mirror>();
  readonly #byRoom = new RoomsIndex<Mirror>();

  get size(): number {
    return this.#byUser.size;
  }

  all(): Mirror[] {
    return [...this.#byUser.values()];
  }

  ofToken(token: string): Mirror | undefined {
    return this.#byToken.get(token);
  }

  ofUser(id: number): Mirror | undefined {
    return this.#byUser.get(id);
  }

  inRoom(room: string): Mirror[] {
    return this.#byRoom.in(room);
  }

  add(mirror: Mirror): void {
    this.#byToken.set(mirror.token, mirror);
    this.#byUser.set(mirror.id, mirror);
    this.#byRoom.add(mirror);
  }

  remove(mirror: Mirror): void {
    this.#byToken.delete(mirror.token);
    this.#byUser.delete(mirror.id);
    this.#byRoom.remove(mirror);
  }

  changeRooms(id: number, room: string, what: 'entered' | 'exited'): void {
    const mirror = this.#byUser.get(id);
    if (mirror) this.#byRoom.change(mirror, room, what);
  }
}

/** The mirrors of this process: by token, for polls; by user, for deliveries and notices. */
import type { Mirror } from './mirror.js';

export class Mirrors {
  readonly #byToken = new Map<string, Mirror>();
  readonly #byUser = new Map<number, Mirror>();

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

  add(mirror: Mirror): void {
    this.#byToken.set(mirror.token, mirror);
    this.#byUser.set(mirror.id, mirror);
  }

  remove(mirror: Mirror): void {
    this.#byToken.delete(mirror.token);
    this.#byUser.delete(mirror.id);
  }

  changeRooms(id: number, room: string, what: 'entered' | 'exited'): void {
    this.#byUser.get(id)?.rooms[what === 'entered' ? 'add' : 'delete'](room);
  }
}

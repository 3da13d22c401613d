/**
 * Names and rooms of users that have sent messages by this process. With them a send needs one call of Redis, which
 * checks that they still hold.
 */
import { LRUCache } from 'lru-cache';

/** Users remembered at a time. A user that is forgotten costs one call more at its next message. */
const SENDERS_MAX = 20_000;

export interface KnownSender {
  readonly name: string;
  /** The room of its last message. */
  readonly room: string;
}

export class KnownSenders {
  readonly #byId = new LRUCache<number, KnownSender>({ max: SENDERS_MAX });

  get(id: number): KnownSender | undefined {
    return this.#byId.get(id);
  }

  learn(id: number, { name, room }: KnownSender): void {
    const known = this.#byId.get(id);
    if (known?.name !== name || known.room !== room) this.#byId.set(id, { name, room });
  }
}

/** How large rooms are, roughly: an event costs fan-out as much as there are members, so in large rooms comings count for more. */
import type { Store } from '../../../shared/store/store.js';
import { keepNewest } from './bounded.js';

/** Members up to which a coming counts once: it is an event for all, another when it ends, and one more reader of all others. */
const USUAL_MEMBERS_MAX = 200;
/** What was found out is believed for so long (ms): a room takes longer to become another size. */
const TTL_MS = 5_000;
/** Rooms remembered at a time. */
const ROOMS_MAX = 5_000;

export class RoomSizes {
  readonly #store: Store;
  readonly #known = new Map<string, { members: number; until: number }>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** What a coming into a room counts as. Rejects when Redis is away. */
  async joinCost(room: string): Promise<number> {
    return Math.max(1, Math.ceil((await this.#members(room)) / USUAL_MEMBERS_MAX));
  }

  async #members(room: string): Promise<number> {
    const known = this.#known.get(room);
    if (known && known.until > Date.now()) return known.members;
    const members = await this.#store.redis.hlen(this.#store.keys.roster(room));
    this.#known.delete(room);
    this.#known.set(room, { members, until: Date.now() + TTL_MS });
    keepNewest(this.#known, ROOMS_MAX);
    return members;
  }
}

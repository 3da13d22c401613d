/**
 * Roughly how large rooms are. An event costs fan-out as much as a room has members, so a join to a large room counts
 * more.
 */
import { LRUCache } from 'lru-cache';
import type { Store } from '../../../shared/store/store.js';

/**
 * Up to this many members a join counts once. It is an event for all of them, another when it ends, and one more
 * reader.
 */
const USUAL_MEMBERS_MAX = 200;
/** How long a size is believed. A room takes longer to change much. */
const TTL_MS = 5_000;
/** Rooms remembered at a time. */
const ROOMS_MAX = 5_000;

export class RoomSizes {
  readonly #store: Store;
  readonly #members = new LRUCache<string, number>({ max: ROOMS_MAX, ttl: TTL_MS });

  constructor(store: Store) {
    this.#store = store;
  }

  /** Resolves with the number of joins that one join to a room counts as. Rejects when Redis is away. */
  async joinCost(room: string): Promise<number> {
    return Math.max(1, Math.ceil((await this.#membersOf(room)) / USUAL_MEMBERS_MAX));
  }

  async #membersOf(room: string): Promise<number> {
    const known = this.#members.get(room);
    if (known !== undefined) return known;
    const members = await this.#store.redis.hlen(this.#store.keys.roster(room));
    this.#members.set(room, members);
    return members;
  }
}

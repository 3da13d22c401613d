/** How large rooms are, roughly: an event costs fan-out as much as there are members, so in large rooms it counts for more. */
import type { Store } from '../../../shared/store/store.js';

/** Members up to which an event counts once. */
const USUAL = 1_000;
/** What was found out is believed for so long (ms): a room takes longer to become another size. */
const BELIEVED = 5_000;
/** Rooms remembered at a time. */
const MOST = 5_000;

export class Crowds {
  readonly #store: Store;
  readonly #known = new Map<string, { weight: number; until: number }>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** What an event in a room counts as. Rejects when Redis is away. */
  async weight(room: string): Promise<number> {
    const known = this.#known.get(room);
    if (known && known.until > Date.now()) return known.weight;
    const members = await this.#store.redis.hlen(this.#store.keys.roster(room));
    const weight = Math.max(1, Math.ceil(members / USUAL));
    this.#known.delete(room);
    this.#known.set(room, { weight, until: Date.now() + BELIEVED });
    if (this.#known.size > MOST) for (const [oldest] of this.#known) { this.#known.delete(oldest); break; }
    return weight;
  }
}

/**
 * Lets one process tell the host each thing, also if several take their turn at the same moment, or if telling takes
 * longer than a turn.
 */
import type { Store } from '../../../shared/store/store.js';

/** A process that has not told by then has ended. Then another one may. It is longer than a receiver may take. */
const TELLING_MS = 60_000;
/** Longer than another process may still go by what it read before. An alert that goes on is told again after that. */
const TOLD_MS = 3_600_000;

export class Telling {
  readonly #store: Pick<Store, 'redis' | 'keys'>;

  constructor(store: Pick<Store, 'redis' | 'keys'>) {
    this.#store = store;
  }

  /**
   * Calls `tell`, unless another process tells this or has told it. Resolves with whether it is told now. Rejects while
   * Redis is away.
   */
  async once(what: string, tell: () => Promise<boolean>): Promise<boolean> {
    const { redis, keys } = this.#store;
    const key = keys.alertTold(what);
    if ((await redis.set(key, 'telling', 'PX', TELLING_MS, 'NX')) === null) return (await redis.get(key)) === 'told';
    const isTold = await tell();
    // should Redis be away now, it is told again at the worst
    if (isTold) await redis.set(key, 'told', 'PX', TOLD_MS);
    else await redis.del(key);
    return isTold;
  }
}

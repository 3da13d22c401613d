/**
 * A circuit breaker for each master of a cluster. While one master is away, calls to it must not hold up what goes on
 * without it. The first call waits for a moment. Calls after it fail at once, until an answer has come. A master that
 * was away for longer than a second stays cut off for half a second more.
 */
import { ownerOf, type RedisClient } from './client.js';

/** How long an answer may take. It takes a few ms, and some tens of ms on a busy machine. */
const ANSWER_TIMEOUT_MS = 300;

/** A master that was away for longer may have been replaced, and not know it when it goes on. */
const HUNG_MS = 1_000;
/** For so long after its first answer such a master still counts as away. */
const UNAWARE_MS = 500;

/**
 * An answer did not come in time, or was not asked for. It may come late. The caller asks again or goes on without it.
 */
export class CircuitOpen extends Error {}

export class CircuitBreaker {
  readonly #redis: RedisClient;
  /** By master that is away: whether a call is under way, and since when it is away (ms since 1970). */
  readonly #away = new Map<string, { asked: boolean; since: number }>();

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /**
   * Does something at the master that owns a key. Throws CircuitOpen, else what `work` throws. With a single Redis all
   * calls wait, because nothing goes on without it.
   */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    if (!this.#redis.isCluster) return work();
    const master = ownerOf(this.#redis, key) ?? '';
    const away = this.#away.get(master);
    if (!away) return this.#wait(master, this.#ask(master, work));
    if (!away.asked) {
      away.asked = true;
      this.#ask(master, work).catch(() => {
        away.asked = false;
      });
    }
    throw new CircuitOpen(`${master} is away`);
  }

  async #ask<T>(master: string, work: () => Promise<T>): Promise<T> {
    const reply = await work();
    const away = this.#away.get(master);
    const rely = (): void => {
      if (this.#away.get(master) === away) this.#away.delete(master);
    };
    if (away && Date.now() - away.since > HUNG_MS) setTimeout(rely, UNAWARE_MS).unref();
    else rely();
    return reply;
  }

  async #wait<T>(master: string, answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const away = { asked: true, since: Date.now() };
        this.#away.set(master, away);
        answer.catch(() => {
          away.asked = false;
        });
        reject(new CircuitOpen(`${master} does not answer`));
      }, ANSWER_TIMEOUT_MS);
    });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }
}

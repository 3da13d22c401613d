/**
 * In a cluster one master may be away while all others are there: what is asked of it must not hold up what goes on without it.
 * Whoever asks first waits for a moment; whoever asks then is refused at once, until an answer has come; of a master that was away for longer
 * than a second, until half a second after that.
 */
import { ownerOf, type RedisClient } from './slot-owners.js';

/** An answer takes a few ms, and some tens of that on a machine that is busy. */
const ANSWER_TIMEOUT_MS = 300;

/** A master that was away for longer than this (ms) may have been replaced, and not know it when it goes on. */
const HUNG_MS = 1_000;
/** For so long (ms) after its first answer such a master still counts as away. */
const UNAWARE_MS = 500;

/** What was asked for did not come in time, and may come late: it is asked for again, or done without. */
export class CircuitOpen extends Error {}

export class CircuitBreaker {
  readonly #redis: RedisClient;
  /** By master that is away: whether somebody is asking, and since when (ms) it is away. */
  readonly #away = new Map<string, { asked: boolean; since: number }>();

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /** Does something at the master that owns a key. Throws Away; else what `work` throws. With one Redis all wait: nothing goes on without it. */
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

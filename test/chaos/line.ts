/**
 * One client's way to the API processes: it stays with one while that answers, and goes to another when it does not.
 */
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode } from '../../shared/protocol/errors.js';
import { ask, type Parameters, Refused, type Way } from '../support/client.js';
import { EventStream } from '../support/event-stream.js';
import type { Polled } from '../support/follower.js';
import type { Random } from './random.js';
import { type Record, SLOW } from './record.js';

/** How long (ms) an answer may take beyond what was asked to be held; a stopped process gives none. */
const PATIENCE = 4_000;
/** Pause (ms) before an attempt is repeated. */
const PAUSE = 150;
/** Longer (ms) than any fault lasts: what has not succeeded by then never will. */
const GIVE_UP = 60_000;

export interface Attempt {
  /** ms that the server may hold it. */
  hold?: number;
  /** Codes that are right here. */
  expected?: readonly ErrorCode[];
  signal?: AbortSignal;
  /** At another process than the one stayed with. */
  elsewhere?: boolean;
}

export class Line {
  readonly #urls: () => string[];
  readonly #way: Way;
  readonly #random: Random;
  readonly #record: Record;
  #url = '';

  constructor(urls: () => string[], way: Way, random: Random, record: Record) {
    this.#urls = urls;
    this.#way = way;
    this.#random = random;
    this.#record = record;
  }

  /** One attempt. Notes its failure, and turns to another process for the next when this one was no use. */
  async once<Fields>(
    op: string,
    params: Parameters,
    { hold = 0, expected = [], signal, elsewhere = false }: Attempt = {},
  ) {
    const began = Date.now();
    const url = elsewhere ? this.#other() : this.#choose();
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), hold + PATIENCE);
    const abandon = (): void => limit.abort();
    signal?.addEventListener('abort', abandon);
    try {
      return await ask<Fields>(url, op, params, { way: this.#way, signal: limit.signal });
    } catch (error) {
      if (!signal?.aborted) this.#record.failure(op, error, began, expected);
      if (!(error instanceof Refused) || error.mayRetry) this.#url = this.#other();
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abandon);
    }
  }

  /**
   * Repeats until it is answered yes, or no for good: then throws. `again`: codes that are right after a lost answer.
   */
  async insist<Fields>(
    op: string,
    params: Parameters,
    { expected = [], again = [] }: { expected?: readonly ErrorCode[]; again?: readonly ErrorCode[] } = {},
  ) {
    const began = Date.now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await this.once<Fields>(op, params, {
          expected: attempt > 1 ? [...expected, ...again] : expected,
        });
        if (Date.now() - began > SLOW) this.#record.slow.push({ what: op, from: began, to: Date.now() });
        return answer;
      } catch (error) {
        if (error instanceof Refused && !error.mayRetry) throw error;
        if (Date.now() - began > GIVE_UP)
          throw new Error(`${op} was not answered within ${GIVE_UP} ms`, { cause: error });
        await sleep(this.#random.between(PAUSE / 2, PAUSE));
      }
    }
  }

  /** Has a stream for `hold` ms, or until it ends. `take` is given each answer. */
  async stream(
    user: { token: string; cursor: string },
    take: (answer: Polled) => void,
    { hold = 0, expected = [], signal }: Attempt = {},
  ): Promise<void> {
    const began = Date.now();
    const stream = new EventStream(this.#choose(), { token: user.token }, { lastEventId: user.cursor });
    stream.onAnswer = take;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, hold);
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      stream.onChange = () => stream.ended && end();
      signal?.addEventListener('abort', end, { once: true });
    });
    const { error, failure } = stream;
    stream.close();
    const refusal = error ? new Refused('stream', error) : failure;
    if (!refusal || signal?.aborted) return;
    this.#record.failure('stream', refusal, began, expected);
    if (!(refusal instanceof Refused) || refusal.mayRetry) this.#url = this.#other();
    throw refusal;
  }

  /** Asks, and is gone as the answer begins to come. */
  vanish(op: string, params: Parameters, ms: number): Promise<void> {
    const query = new URLSearchParams(Object.entries(params).map(([name, value]) => [name, String(value)]));
    return new Promise((resolve) => {
      const sent = request(`${this.#choose()}/api/${op}?${query}`, { agent: false });
      const timer = setTimeout(() => sent.destroy(), ms);
      sent.on('response', (response) => response.destroy());
      sent.on('error', () => undefined); // it has been given up, or the process is away: all the same here
      sent.on('close', () => {
        clearTimeout(timer);
        resolve();
      });
      sent.end();
    });
  }

  #choose(): string {
    const urls = this.#urls();
    if (!urls.includes(this.#url)) this.#url = this.#random.pick(urls);
    return this.#url;
  }

  #other(): string {
    const others = this.#urls().filter((url) => url !== this.#url);
    return others.length > 0 ? this.#random.pick(others) : this.#choose();
  }
}

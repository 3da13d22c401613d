/**
 * What one address, or all of a room together, may ask of us. Polls, the most of all requests, are counted in this process
 * alone and wait for nothing. `RATE_LIMITS=off` lets everything through.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DEFAULT_ROOM } from '../../../shared/protocol/limits.js';
import type { OperationName } from '../../../shared/protocol/operations.js';
import type { Store } from '../../../shared/store/store.js';
import { rateLimited } from '../../../shared/store/refusals.js';
import { Addresses } from './address.js';
import { Failures } from './failures.js';
import type { Host } from './host.js';
import { Limits, type LimitName } from './limits.js';
import { checkOrigin } from './origins.js';
import { Places } from './places.js';
import { Salt } from './salt.js';

/** What an operation counts as, by address. The others are bounded by the rate of their user. */
const COUNTED: Partial<Record<OperationName, LimitName>> = { join: 'joins', send: 'sends', history: 'reads', members: 'reads', rooms: 'reads' };
/** These make a room that is not there. */
const MAKES_ROOMS: ReadonlySet<OperationName> = new Set<OperationName>(['join', 'enter']);
/** A poll that finds no place may be tried again after so long (ms). */
const NO_PLACE = 5_000;

/** A room is there so long (s) after it was counted, at the latest. */
const MAKING = 10;

/** What limits look at of an operation's parameters. */
interface Asked {
  token?: string;
  room?: string;
  forget?: boolean | undefined;
}

/** The request. */
interface Asking {
  readonly res: ServerResponse;
  /** Takes what to call, once, when it is answered or its client has gone. */
  readonly onEnd: (ended: () => void) => void;
}

/** What the host's page needs; without it nothing is switched off, and nothing is noted. */
export interface GuardOptions {
  host?: Host;
  salt?: Salt;
}

export class Guard {
  readonly #host: Host | undefined;
  readonly #store: Store;
  readonly #addresses: Addresses;
  readonly #limits: Limits;
  readonly #salt: Salt;
  readonly #failures: Failures;
  readonly #polls: Places;

  constructor(store: Store, { host, salt }: GuardOptions = {}) {
    const { config, redis } = store;
    this.#store = store;
    this.#host = host;
    this.#addresses = new Addresses(config.trustProxy);
    this.#limits = new Limits(store);
    this.#salt = salt ?? new Salt(redis);
    this.#failures = new Failures((address) => this.#count('failures', address));
    this.#polls = new Places(config.addressPolls);
  }

  /** Looks at a call before it runs. Gives what it has to wait for, null for nothing. Throws, or rejects with, `rate_limited`, `origin_refused`, `not_allowed`. */
  admit(name: OperationName, asked: Asked, { res, onEnd }: Asking): Promise<void> | null {
    const { allowedOrigins, rateLimits } = this.#store.config;
    const address = this.#addresses.of(res.req);
    this.#host?.meet(res.req, address);
    if (allowedOrigins) checkOrigin(res.req, allowedOrigins);
    if (!rateLimits) return null;
    if (asked.token !== undefined) this.#failures.check(address, asked.token);
    if (name === 'poll') this.#place(address, onEnd);
    const limit = asked.forget ? 'forgets' : COUNTED[name];
    return limit || MAKES_ROOMS.has(name) ? this.#admit(name, limit, asked, address) : null;
  }

  /** Takes note of how a call with a token failed. */
  note(req: IncomingMessage, token: string, error: unknown): void {
    if (this.#store.config.rateLimits) this.#failures.note(this.#addresses.of(req), token, error);
  }

  /** Hashes of the address of who asks, by the salts of today and of yesterday. Rejects when Redis is away. */
  addresses(req: IncomingMessage): Promise<string[]> {
    return this.#salt.hashes(this.#addresses.of(req));
  }

  /** Takes note of a message to a room, for what is busy. */
  noteMessage(room: string): void {
    this.#host?.noteMessage(room);
  }

  async #admit(name: OperationName, limit: LimitName | undefined, { room = DEFAULT_ROOM }: Asked, address: string): Promise<void> {
    if (limit) await this.#count(limit, address);
    if (MAKES_ROOMS.has(name) && await this.#isNew(room)) await this.#countRoom(room, address);
  }

  /** A room that nobody has been in, or not for long. */
  async #isNew(room: string): Promise<boolean> {
    return await this.#store.redis.exists(this.#store.keys.delivered(room)) === 0;
  }

  /** Of many who come to a new room together, the first has made it. */
  async #countRoom(room: string, address: string): Promise<void> {
    const { keys, redis } = this.#store;
    const making = `limit:making:${keys.room(room)}`;
    if (await redis.set(making, 1, 'EX', MAKING, 'NX') !== 'OK') return;
    try {
      await this.#count('rooms', address);
    } catch (refused) {
      await redis.del(making);
      throw refused;
    }
  }

  async #count(limit: LimitName, address: string): Promise<void> {
    await this.#limits.count(limit, await this.#salt.hash(address));
  }

  #place(address: string, onEnd: (ended: () => void) => void): void {
    if (!this.#polls.take(address)) throw rateLimited(NO_PLACE, undefined, 'polls');
    onEnd(() => this.#polls.give(address));
  }
}

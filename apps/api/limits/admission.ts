/**
 * What one address, or all of a room together, may ask of us. Polls, the most of all requests, are counted in this process
 * alone and wait for nothing. `RATE_LIMITS=off` lets everything through.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ChatError } from '../../../shared/protocol/errors.js';
import { DEFAULT_ROOM } from '../../../shared/protocol/limits.js';
import type { OperationName } from '../../../shared/protocol/operations.js';
import { rateLimited } from '../../../shared/store/denials.js';
import { messageCost } from '../../../shared/store/event-text.js';
import type { Store } from '../../../shared/store/store.js';
import { isToken } from '../../../shared/store/tokens.js';
import { Salt } from './address-hash.js';
import { Addresses, networkOf } from './client-address.js';
import { Waits } from './cooldowns.js';
import { Lane } from './fair-queue.js';
import type { Host } from './host.js';
import { Failures } from './invalid-tokens.js';
import { Places } from './keyed-semaphore.js';
import { checkOrigin } from './origins.js';
import { type LimitName, Limits } from './rate-limits.js';
import { Crowds } from './room-sizes.js';
import { Fruitless } from './wasted-calls.js';
import { type AnsweredPoll, PollAnswers } from './wasted-polls.js';

/** What an operation counts as, by address. The others are bounded by the rate of their user. */
const COUNTED: Partial<Record<OperationName, LimitName>> = {
  join: 'joins',
  send: 'sends',
  set: 'sends',
  add: 'sends',
  sent: 'reads',
  get: 'reads',
  history: 'reads',
  members: 'reads',
  rooms: 'reads',
};
/** These can wait for who talks: who comes, and who reads what has been. */
const LANES: Partial<Record<OperationName, 'coming' | 'reading'>> = {
  join: 'coming',
  enter: 'coming',
  rename: 'coming',
  history: 'reading',
  members: 'reading',
  rooms: 'reading',
  get: 'reading',
};
/** These make a room that is not there. */
const MAKES_ROOMS: ReadonlySet<OperationName> = new Set<OperationName>(['join', 'enter']);
/** These are refused as too fast by the rate of their user alone, so that for a moment no other of that user can succeed. */
const BY_USER: ReadonlySet<OperationName> = new Set<OperationName>([
  'signal',
  'enter',
  'exit',
  'block',
  'unblock',
  'rename',
]);
/** These refusals say nothing against who was refused, or are counted elsewhere. */
const NO_FAULT: ReadonlySet<string> = new Set(['unavailable', 'rate_limited', 'unauthorized']);
/** A poll that finds no place may be tried again after so long (ms). */
const NO_PLACE = 5_000;
/** Bytes of URL and headers that a held poll may keep in memory: browsers send 1 KB, and cookies of other applications of the host. */
const POLL_HEAD_MAX = 16_384;
/** An answer costs one more reading for each of so many bytes after the first. */
const READING = 16_384;

/** A room is there so long (s) after it was counted, at the latest. */
const MAKING = 10;

/** What limits look at of an operation's parameters. */
interface Asked {
  token?: string;
  room?: string;
  text?: string | undefined;
  data?: unknown;
  forget?: boolean | undefined;
  messages?: boolean | undefined;
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
  readonly #pollAnswers = new PollAnswers();
  readonly #fruitless: Fruitless;
  readonly #waits = new Waits();
  readonly #crowds: Crowds;
  readonly #lanes = { coming: new Lane('coming'), reading: new Lane('reading') };

  constructor(store: Store, { host, salt }: GuardOptions = {}) {
    const { config, redis } = store;
    this.#store = store;
    this.#host = host;
    this.#addresses = new Addresses(config.trustProxy);
    this.#limits = new Limits(store);
    this.#salt = salt ?? new Salt(redis);
    this.#crowds = new Crowds(store);
    this.#failures = new Failures((address) => this.#count('failures', address));
    this.#polls = new Places(config.addressPolls);
    this.#fruitless = new Fruitless(config.fruitlessCalls, config.addressFruitless);
  }

  /** Looks at a request before anything of it is read but its operation: who has to wait is refused at no cost. Throws `rate_limited`. */
  meet(name: OperationName, req: IncomingMessage): void {
    const limit = COUNTED[name];
    if (!limit || !this.#store.config.rateLimits) return;
    const address = this.#addresses.of(req);
    this.#waits.check(`${limit} ${address}`, limit);
    const network = networkOf(address);
    if (network !== null) this.#waits.check(`${limit} ${network}`, limit);
  }

  /** Looks at a call, and runs it when it may. Throws, or rejects with, `rate_limited`, `origin_refused`, `not_allowed`. */
  pass<Result>(
    name: OperationName,
    asked: Asked,
    { res, onEnd }: Asking,
    run: () => Promise<Result> | null,
  ): Promise<Result | null> | null {
    const { allowedOrigins, rateLimits } = this.#store.config;
    const address = this.#addresses.of(res.req);
    this.#host?.meet(res.req, address);
    if (allowedOrigins) checkOrigin(res.req, allowedOrigins);
    if (!rateLimits) return run();
    if (asked.token !== undefined) this.#admitUser(name, asked.token, address);
    if (name === 'poll') this.#place(res.req, address, onEnd);
    const limit = asked.forget || asked.messages ? 'forgets' : COUNTED[name];
    const counted = limit || MAKES_ROOMS.has(name) ? () => this.#admit(name, limit, asked, address).then(run) : run;
    const lane = limit === 'forgets' ? 'reading' : LANES[name];
    return lane ? this.#lanes[lane].run(address, counted) : counted();
  }

  /** Takes note of a call that went well: of a poll, or of the size of an answer. Never throws. */
  answered(
    { token, poll, bytes }: { token: string | undefined; poll: AnsweredPoll | null; bytes: number },
    req: IncomingMessage,
  ): void {
    if (!this.#store.config.rateLimits) return;
    if (token !== undefined) this.#failures.worked(token);
    if (poll) {
      if (!this.#pollAnswers.gaveSomething(poll))
        this.#fruitless.count(this.#addresses.of(req), poll.token, readings(bytes) + 1);
    } else if (readings(bytes) > 0) {
      this.#count('reads', this.#addresses.of(req), readings(bytes)).catch(() => undefined); // the next one is told
    }
  }

  /** Takes note of how a call with a token failed. Never throws. */
  note(name: OperationName, token: string, error: unknown, req: IncomingMessage): void {
    if (!this.#store.config.rateLimits || !(error instanceof ChatError)) return;
    const { code, details } = error;
    this.#failures.note(this.#addresses.of(req), token, error);
    if (!isToken(token)) return;
    if (code === 'rate_limited' && BY_USER.has(name))
      this.#waits.add(`${name} ${token}`, (details.retryAfter ?? 0) * 1_000);
    if (!NO_FAULT.has(code)) this.#fruitless.count(this.#addresses.of(req), token, 1);
  }

  /** Hashes of the address of who asks, by the salts of today and of yesterday. Rejects when Redis is away. */
  addresses(req: IncomingMessage): Promise<string[]> {
    return this.#salt.hashes(this.#addresses.of(req));
  }

  /** Takes note of a message to a room, for what is busy. */
  noteMessage(room: string): void {
    this.#host?.noteMessage(room);
  }

  #admitUser(name: OperationName, token: string, address: string): void {
    this.#failures.check(address, token);
    this.#fruitless.check(token);
    if (BY_USER.has(name)) this.#waits.check(`${name} ${token}`, 'user');
  }

  async #admit(name: OperationName, limit: LimitName | undefined, asked: Asked, address: string): Promise<void> {
    const { room = DEFAULT_ROOM } = asked;
    if (limit) await this.#count(limit, address, name === 'send' ? messageCost(asked) : 1);
    if (!MAKES_ROOMS.has(name)) return;
    await this.#limits.count('roomJoins', room, await this.#crowds.weight(room));
    if (await this.#isNew(room)) await this.#countRoom(room, address);
  }

  /** A room that nobody has been in, or not for long. */
  async #isNew(room: string): Promise<boolean> {
    return (await this.#store.redis.exists(this.#store.keys.delivered(room))) === 0;
  }

  /** Of many who come to a new room together, the first has made it. */
  async #countRoom(room: string, address: string): Promise<void> {
    const { keys, redis } = this.#store;
    const making = `limit:making:${keys.room(room)}`;
    if ((await redis.set(making, 1, 'EX', MAKING, 'NX')) !== 'OK') return;
    try {
      await this.#count('rooms', address);
    } catch (refused) {
      await redis.del(making);
      throw refused;
    }
  }

  /** Counts for an address, and after it, if there is room for the address, for the network it is in. */
  async #count(limit: LimitName, address: string, cost = 1): Promise<void> {
    await this.#countOne(limit, address, cost, false);
    const network = networkOf(address);
    if (network !== null) await this.#countOne(limit, network, cost, true);
  }

  async #countOne(limit: LimitName, counted: string, cost: number, wider: boolean): Promise<void> {
    try {
      await this.#limits.count(limit, await this.#salt.hash(counted), cost, wider);
    } catch (refused) {
      if (refused instanceof ChatError)
        this.#waits.add(`${limit} ${counted}`, (refused.details.retryAfter ?? 0) * 1_000);
      throw refused;
    }
  }

  #place(req: IncomingMessage, address: string, onEnd: (ended: () => void) => void): void {
    if (headBytes(req) > POLL_HEAD_MAX)
      throw new ChatError('too_large', `The URL and headers of a poll must have at most ${POLL_HEAD_MAX} bytes.`, {
        field: 'headers',
      });
    if (!this.#polls.take(address)) throw rateLimited(NO_PLACE, undefined, 'polls');
    onEnd(() => this.#polls.give(address));
  }
}

/** What an answer counts beyond one. */
const readings = (bytes: number): number => Math.floor(bytes / READING);

function headBytes({ url = '', rawHeaders }: IncomingMessage): number {
  let bytes = url.length;
  for (const text of rawHeaders) bytes += text.length;
  return bytes;
}

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
import { AddressHash } from './address-hash.js';
import { ClientAddresses, networkOf } from './client-address.js';
import { Cooldowns } from './cooldowns.js';
import { FairQueue } from './fair-queue.js';
import type { Host } from './host.js';
import { InvalidTokens } from './invalid-tokens.js';
import { KeyedSemaphore } from './keyed-semaphore.js';
import { checkOrigin } from './origins.js';
import { type LimitName, RateLimits } from './rate-limits.js';
import { RoomSizes } from './room-sizes.js';
import { WastedCalls } from './wasted-calls.js';
import { type AnsweredPoll, WastedPolls } from './wasted-polls.js';

/** What an operation counts as, by address. The others are bounded by the rate of their user. */
const LIMIT_OF: Partial<Record<OperationName, LimitName>> = {
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
const QUEUE_OF: Partial<Record<OperationName, 'coming' | 'reading'>> = {
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
const RATED_BY_USER: ReadonlySet<OperationName> = new Set<OperationName>([
  'signal',
  'enter',
  'exit',
  'block',
  'unblock',
  'rename',
]);
/** These refusals say nothing against who was refused, or are counted elsewhere. */
const BLAMELESS_CODES: ReadonlySet<string> = new Set(['unavailable', 'rate_limited', 'unauthorized']);
/** A poll that finds no place may be tried again after so long (ms). */
const POLL_RETRY_MS = 5_000;
/** Bytes of URL and headers that a held poll may keep in memory: browsers send 1 KB, and cookies of other applications of the host. */
const POLL_HEAD_BYTES_MAX = 16_384;
/** An answer costs one more reading for each of so many bytes after the first. */
const READ_BYTES = 16_384;

/** A room is there so long (s) after it was counted, at the latest. */
const ROOM_CREATION_S = 10;

/** What limits look at of an operation's parameters. */
interface LimitedParameters {
  token?: string;
  room?: string;
  text?: string | undefined;
  data?: unknown;
  forget?: boolean | undefined;
  messages?: boolean | undefined;
}

/** The request. */
interface Caller {
  readonly res: ServerResponse;
  /** Takes what to call, once, when it is answered or its client has gone. */
  readonly onEnd: (ended: () => void) => void;
}

/** What the host's page needs; without it nothing is switched off, and nothing is noted. */
export interface AdmissionOptions {
  host?: Host;
  addressHash?: AddressHash;
}

export class Admission {
  readonly #host: Host | undefined;
  readonly #store: Store;
  readonly #addresses: ClientAddresses;
  readonly #rateLimits: RateLimits;
  readonly #addressHash: AddressHash;
  readonly #invalidTokens: InvalidTokens;
  readonly #openPolls: KeyedSemaphore;
  readonly #wastedPolls = new WastedPolls();
  readonly #wastedCalls: WastedCalls;
  readonly #cooldowns = new Cooldowns();
  readonly #roomSizes: RoomSizes;
  readonly #queues = { coming: new FairQueue('coming'), reading: new FairQueue('reading') };

  constructor(store: Store, { host, addressHash }: AdmissionOptions = {}) {
    const { config, redis } = store;
    this.#store = store;
    this.#host = host;
    this.#addresses = new ClientAddresses(config.trustProxy);
    this.#rateLimits = new RateLimits(store);
    this.#addressHash = addressHash ?? new AddressHash(redis);
    this.#roomSizes = new RoomSizes(store);
    this.#invalidTokens = new InvalidTokens((address) => this.#count('failures', address));
    this.#openPolls = new KeyedSemaphore(config.addressPolls);
    this.#wastedCalls = new WastedCalls(config.fruitlessCalls, config.addressFruitless);
  }

  /** Looks at a request before anything of it is read but its operation: who has to wait is refused at no cost. Throws `rate_limited`. */
  precheck(name: OperationName, req: IncomingMessage): void {
    const limit = LIMIT_OF[name];
    if (!limit || !this.#store.config.rateLimits) return;
    const address = this.#addresses.of(req);
    this.#cooldowns.check(`${limit} ${address}`, limit);
    const network = networkOf(address);
    if (network !== null) this.#cooldowns.check(`${limit} ${network}`, limit);
  }

  /** Looks at a call, and runs it when it may. Throws, or rejects with, `rate_limited`, `origin_refused`, `not_allowed`. */
  admit<Result>(
    name: OperationName,
    asked: LimitedParameters,
    { res, onEnd }: Caller,
    run: () => Promise<Result> | null,
  ): Promise<Result | null> | null {
    const { allowedOrigins, rateLimits } = this.#store.config;
    const address = this.#addresses.of(res.req);
    this.#host?.meet(res.req, address);
    if (allowedOrigins) checkOrigin(res.req, allowedOrigins);
    if (!rateLimits) return run();
    if (asked.token !== undefined) this.#checkUser(name, asked.token, address);
    if (name === 'poll') this.#acquirePoll(res.req, address, onEnd);
    const limit = asked.forget || asked.messages ? 'forgets' : LIMIT_OF[name];
    const counted = limit || MAKES_ROOMS.has(name) ? () => this.#countCall(name, limit, asked, address).then(run) : run;
    const lane = limit === 'forgets' ? 'reading' : QUEUE_OF[name];
    return lane ? this.#queues[lane].run(address, counted) : counted();
  }

  /** Takes note of a call that went well: of a poll, or of the size of an answer. Never throws. */
  noteSuccess(
    { token, poll, bytes }: { token: string | undefined; poll: AnsweredPoll | null; bytes: number },
    req: IncomingMessage,
  ): void {
    if (!this.#store.config.rateLimits) return;
    if (token !== undefined) this.#invalidTokens.noteValid(token);
    if (poll) {
      if (!this.#wastedPolls.gaveSomething(poll))
        this.#wastedCalls.count(this.#addresses.of(req), poll.token, readsOf(bytes) + 1);
    } else if (readsOf(bytes) > 0) {
      this.#count('reads', this.#addresses.of(req), readsOf(bytes)).catch(() => undefined); // the next one is told
    }
  }

  /** Takes note of how a call with a token failed. Never throws. */
  noteFailure(name: OperationName, token: string, error: unknown, req: IncomingMessage): void {
    if (!this.#store.config.rateLimits || !(error instanceof ChatError)) return;
    const { code, details } = error;
    this.#invalidTokens.noteFailure(this.#addresses.of(req), token, error);
    if (!isToken(token)) return;
    if (code === 'rate_limited' && RATED_BY_USER.has(name))
      this.#cooldowns.start(`${name} ${token}`, (details.retryAfter ?? 0) * 1_000);
    if (!BLAMELESS_CODES.has(code)) this.#wastedCalls.count(this.#addresses.of(req), token, 1);
  }

  /** Hashes of the address of who asks, by the salts of today and of yesterday. Rejects when Redis is away. */
  addressHashes(req: IncomingMessage): Promise<string[]> {
    return this.#addressHash.hashes(this.#addresses.of(req));
  }

  /** Takes note of a message to a room, for what is busy. */
  noteMessage(room: string): void {
    this.#host?.noteMessage(room);
  }

  #checkUser(name: OperationName, token: string, address: string): void {
    this.#invalidTokens.check(address, token);
    this.#wastedCalls.check(token);
    if (RATED_BY_USER.has(name)) this.#cooldowns.check(`${name} ${token}`, 'user');
  }

  async #countCall(
    name: OperationName,
    limit: LimitName | undefined,
    asked: LimitedParameters,
    address: string,
  ): Promise<void> {
    const { room = DEFAULT_ROOM } = asked;
    if (limit) await this.#count(limit, address, name === 'send' ? messageCost(asked) : 1);
    if (!MAKES_ROOMS.has(name)) return;
    await this.#rateLimits.count('roomJoins', room, await this.#roomSizes.joinCost(room));
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
    if ((await redis.set(making, 1, 'EX', ROOM_CREATION_S, 'NX')) !== 'OK') return;
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
      await this.#rateLimits.count(limit, await this.#addressHash.hash(counted), cost, wider);
    } catch (refused) {
      if (refused instanceof ChatError)
        this.#cooldowns.start(`${limit} ${counted}`, (refused.details.retryAfter ?? 0) * 1_000);
      throw refused;
    }
  }

  #acquirePoll(req: IncomingMessage, address: string, onEnd: (ended: () => void) => void): void {
    if (headBytes(req) > POLL_HEAD_BYTES_MAX)
      throw new ChatError(
        'too_large',
        `The URL and headers of a poll must have at most ${POLL_HEAD_BYTES_MAX} bytes.`,
        {
          field: 'headers',
        },
      );
    if (!this.#openPolls.tryAcquire(address)) throw rateLimited(POLL_RETRY_MS, undefined, 'polls');
    onEnd(() => this.#openPolls.release(address));
  }
}

/** What an answer counts beyond one. */
const readsOf = (bytes: number): number => Math.floor(bytes / READ_BYTES);

function headBytes({ url = '', rawHeaders }: IncomingMessage): number {
  let bytes = url.length;
  for (const text of rawHeaders) bytes += text.length;
  return bytes;
}

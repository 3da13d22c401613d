/**
 * Decides whether a request may run. The limiters, and where each of them counts:
 *
 * - Blocklist refuses addresses and origins that the host has switched off. It is a list in Redis.
 * - checkOrigin refuses pages of origins that are not in ALLOWED_ORIGINS. It counts nothing.
 * - RateLimits limits the calls of an address and its network, and joins to one room. It counts in Redis.
 * - Cooldowns refuses again a call that was refused lately, without asking Redis. It counts in this process.
 * - RoomSizes makes a join to a large room count more. It counts in this process.
 * - InvalidTokens refuses tokens that were refused before, and addresses that try many. It counts in this process and
 *   in Redis.
 * - RoomKeys refuses keys of rooms from addresses that try many. It counts in Redis.
 * - WastedCalls limits calls of a user that return nothing or are refused. It counts in this process.
 * - WastedPolls tells how much of a poll's answer was wasted, in this process.
 * - KeyedSemaphore limits the open polls and streams of an address, and its connections. It counts in this process.
 * - FairQueue makes joins and reads wait for messages. It counts in this process.
 * - Shares holds back pages above their share while the process is under pressure. It counts in this process.
 *
 * `RATE_LIMITS=off` switches off all of them except the first two. The rate of one user (GCRA) is part of the script
 * that authorises each call (`shared/store/lua`). Polls are most of all requests: they are limited in this process
 * alone, and wait for nothing.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ChatError } from '../../../shared/protocol/errors.js';
import type { RoomContents } from '../../../shared/protocol/events.js';
import { DEFAULT_ROOM } from '../../../shared/protocol/limits.js';
import type { OperationName, RequestName } from '../../../shared/protocol/operations.js';
import { rateLimited } from '../../../shared/store/denials.js';
import type { SendsLimit } from '../../../shared/store/messages.js';
import type { Store } from '../../../shared/store/store.js';
import { isToken } from '../../../shared/store/tokens.js';
import { AddressHash } from './address-hash.js';
import type { Blocklist } from './blocklist.js';
import { ClientAddresses, networkOf } from './client-address.js';
import { Cooldowns } from './cooldowns.js';
import { FairQueue } from './fair-queue.js';
import { InvalidTokens } from './invalid-tokens.js';
import { KeyedSemaphore } from './keyed-semaphore.js';
import { checkOrigin, requestOrigin } from './origins.js';
import { type LimitName, RateLimits } from './rate-limits.js';
import { RoomKeys } from './room-keys.js';
import { RoomSizes } from './room-sizes.js';
import type { Shares } from './shares/shares.js';
import type { Source } from './shares/source.js';
import type { TopTalkers } from './top-talkers.js';
import { WastedCalls } from './wasted-calls.js';
import { type AnsweredPoll, WastedPolls } from './wasted-polls.js';

/** The limit by address of each operation. The others are limited by the rate of their user. */
const LIMIT_OF: Partial<Record<RequestName, LimitName>> = {
  join: 'joins',
  send: 'sends',
  post: 'sends',
  set: 'sends',
  add: 'sends',
  react: 'sends',
  edit: 'sends',
  unsay: 'sends',
  sent: 'reads',
  get: 'reads',
  history: 'reads',
  members: 'reads',
  rooms: 'reads',
  export: 'reads',
  import: 'imports',
};
/** Operations that can wait for people who talk: those of newcomers, and those that read. */
const QUEUE_OF: Partial<Record<RequestName, 'coming' | 'reading'>> = {
  join: 'coming',
  enter: 'coming',
  rename: 'coming',
  history: 'reading',
  members: 'reading',
  rooms: 'reading',
  get: 'reading',
  export: 'reading',
  import: 'reading',
};
/** Operations that take the key of a room, or the secret of a webhook. `set` and `add` have another `key`. */
const ENTERS: ReadonlySet<RequestName> = new Set<RequestName>(['join', 'enter', 'post']);
/**
 * Operations that only the rate of their user limits. After one refusal, no other call of that user can succeed for a
 * moment.
 */
const RATED_BY_USER: ReadonlySet<RequestName> = new Set<RequestName>([
  'signal',
  'enter',
  'exit',
  'block',
  'unblock',
  'rename',
]);
/** Refusals that are not the client's fault, or that are counted elsewhere. */
const BLAMELESS_CODES: ReadonlySet<string> = new Set(['unavailable', 'rate_limited', 'unauthorized']);
/** When a client with too many open polls or streams may try again. */
const POLL_RETRY_MS = 5_000;
/**
 * URL and headers that a held poll may keep in memory. Browsers send 1 KB, and cookies of other applications on the
 * host.
 */
const POLL_HEAD_BYTES_MAX = 16_384;
/** An answer counts as one more read for each of these after the first. */
const READ_BYTES = 16_384;
/** How long after it was counted a new room may take until it exists. */
const ROOM_CREATION_S = 10;

/** The parameters of an operation that limits look at. */
interface LimitedParameters {
  token?: string;
  room?: string | undefined;
  key?: string | undefined;
  hook?: string | undefined;
  text?: string | undefined;
  data?: unknown;
  forget?: boolean | undefined;
  messages?: boolean | undefined;
}

/** A request. */
interface Caller {
  readonly res: ServerResponse;
  /** Calls `ended` once, when the request is answered or its client has gone. */
  readonly onEnd: (ended: () => void) => void;
  readonly source: Source | null;
}

/** The parts that the host's page controls and shows. Without them nothing is switched off, and nothing is noted. */
export interface AdmissionOptions {
  blocklist?: Blocklist;
  /** Null when nobody can look at it. */
  topTalkers?: TopTalkers | null;
  addressHash?: AddressHash;
  shares?: Shares;
}

export class Admission {
  readonly #store: Store;
  readonly #blocklist: Blocklist | undefined;
  readonly #topTalkers: TopTalkers | null;
  readonly #addresses: ClientAddresses;
  readonly #addressHash: AddressHash;
  readonly #rateLimits: RateLimits;
  readonly #cooldowns = new Cooldowns();
  readonly #roomSizes: RoomSizes;
  readonly #invalidTokens: InvalidTokens;
  readonly #roomKeys: RoomKeys;
  readonly #wastedCalls: WastedCalls;
  readonly #wastedPolls = new WastedPolls();
  readonly #openPolls: KeyedSemaphore;
  readonly #shares: Shares | undefined;
  readonly #queues = { coming: new FairQueue('coming'), reading: new FairQueue('reading') };

  constructor(store: Store, { blocklist, topTalkers = null, addressHash, shares }: AdmissionOptions = {}) {
    const { config } = store;
    this.#store = store;
    this.#blocklist = blocklist;
    this.#topTalkers = topTalkers;
    this.#shares = shares;
    this.#addresses = new ClientAddresses(config.trustProxy);
    this.#addressHash = addressHash ?? new AddressHash(store);
    this.#rateLimits = new RateLimits(store);
    this.#roomSizes = new RoomSizes(store);
    this.#invalidTokens = new InvalidTokens((address) => this.#count('failures', address));
    this.#roomKeys = new RoomKeys((address) => this.#count('failures', address));
    this.#wastedCalls = new WastedCalls(config.fruitlessCalls, config.addressFruitless);
    this.#openPolls = new KeyedSemaphore(config.addressPolls);
  }

  /** Refuses an address that has to wait before anything but the operation's name is read. Throws `rate_limited`. */
  precheck(name: OperationName, req: IncomingMessage): void {
    const limit = LIMIT_OF[name];
    if (!limit || !this.#store.config.rateLimits) return;
    const address = this.#addresses.of(req);
    this.#cooldowns.check(`${limit} ${address}`, limit);
    const network = networkOf(address);
    if (network !== null) this.#cooldowns.check(`${limit} ${network}`, limit);
  }

  /**
   * Runs a call if it is admitted. `run` may return null: the call is then answered later. Throws, or rejects with,
   * `rate_limited`, `origin_refused` or `not_allowed`.
   */
  admit<Result>(
    name: RequestName,
    parameters: LimitedParameters,
    caller: Caller,
    run: () => Promise<Result> | null,
  ): Promise<Result | null> | null {
    const { allowedOrigins, rateLimits } = this.#store.config;
    const { req } = caller.res;
    const address = this.#addresses.of(req);
    this.#checkSwitches(req, address);
    if (allowedOrigins) checkOrigin(req, allowedOrigins);
    if (!rateLimits) return run();
    if (parameters.token !== undefined) this.#checkUser(name, parameters.token, address);
    if (caller.source) this.#shares?.check(name, caller.source);
    if (name === 'poll' || name === 'stream') this.#acquirePoll(caller, address);
    const { room = DEFAULT_ROOM, key, hook } = parameters;
    const secret = hook ?? (key === undefined ? undefined : `${room} ${key}`);
    const enter = ENTERS.has(name) && secret !== undefined ? this.#roomKeys.guard(address, secret, run) : run;
    return this.#runCounted(name, parameters, address, enter);
  }

  /** Checks a stream that is held again. Throws `origin_refused` or `not_allowed` for what was switched off since. */
  recheck(req: IncomingMessage): void {
    this.#blocklist?.check(this.#addresses.of(req), requestOrigin(req));
  }

  /**
   * Counts an entry for its room, and for the address if it makes the room. Only an entry that the room admits counts:
   * nobody without a key learns by this limit how large a room is, or uses it up. Rejects with `rate_limited`.
   */
  async countEntry(room: string, req: IncomingMessage): Promise<void> {
    if (!this.#store.config.rateLimits) return;
    await this.#rateLimits.count('roomJoins', room, await this.#roomSizes.joinCost(room));
    if (await this.#isNew(room)) await this.countRoom(room, req);
  }

  /** Counts a room that somebody makes without entering it. Rejects with `rate_limited`. */
  async countRoom(room: string, req: IncomingMessage): Promise<void> {
    if (this.#store.config.rateLimits) await this.#countRoom(room, this.#addresses.of(req));
  }

  /**
   * Returns the limit of sends for a script that counts it together with the message. Resolves with null if nothing is
   * limited.
   */
  async limitOfSends(req: IncomingMessage, cost: number): Promise<SendsLimit | null> {
    if (!this.#store.config.rateLimits) return null;
    const address = this.#addresses.of(req);
    const network = networkOf(address);
    const counted = network === null ? [address] : [address, network];
    const windows = await Promise.all(
      counted.map(async (one, i) => this.#rateLimits.windowOf('sends', await this.#addressHash.hash(one), i > 0)),
    );
    return {
      windows,
      cost,
      count: () => this.#count('sends', address, cost),
      refusal: (index, ms) => {
        this.#cooldowns.start(`sends ${counted[index] ?? address}`, ms);
        return rateLimited(ms, undefined, 'sends');
      },
    };
  }

  /** Notes that a call succeeded: what a poll returned, or how large another answer was. Never throws. */
  noteSuccess(
    { token, poll, bytes }: { token: string | undefined; poll: AnsweredPoll | null; bytes: number },
    req: IncomingMessage,
  ): void {
    if (!this.#store.config.rateLimits) return;
    if (token !== undefined) this.#invalidTokens.noteValid(token);
    if (poll) this.#notePoll(poll, bytes, req);
    else if (readsOf(bytes) > 0) this.#noteReads(bytes, req);
  }

  /** Notes how a call with a token failed. Never throws. */
  noteFailure(name: RequestName, token: string, error: unknown, req: IncomingMessage): void {
    if (!this.#store.config.rateLimits || !(error instanceof ChatError)) return;
    const { code, details } = error;
    this.#invalidTokens.noteFailure(this.#addresses.of(req), token, error);
    if (!isToken(token)) return;
    if (code === 'rate_limited' && RATED_BY_USER.has(name) && details.reason !== 'share')
      this.#cooldowns.start(`${name} ${token}`, (details.retryAfter ?? 0) * 1_000);
    if (!BLAMELESS_CODES.has(code)) this.#wastedCalls.count(this.#addresses.of(req), token, 1);
  }

  /** Notes a message to a room, for the list of what is busy. */
  noteMessage(room: string): void {
    this.#topTalkers?.noteMessage(room);
  }

  /** Returns the origin of the client's page, and the client's network in clear. */
  clientOf(req: IncomingMessage): { origin: string; network: string } {
    const address = this.#addresses.of(req);
    return { origin: requestOrigin(req), network: networkOf(address) ?? address };
  }

  /** Resolves with the hashes of a client's address, by today's and yesterday's salt. Rejects when Redis is away. */
  addressHashes(req: IncomingMessage): Promise<string[]> {
    return this.#addressHash.hashes(this.#addresses.of(req));
  }

  /** Throws `origin_refused` or `not_allowed` for what the host has switched off. */
  #checkSwitches(req: IncomingMessage, address: string): void {
    const origin = requestOrigin(req);
    this.#topTalkers?.noteRequest(address, origin);
    this.#blocklist?.check(address, origin);
  }

  #checkUser(name: RequestName, token: string, address: string): void {
    this.#invalidTokens.check(address, token);
    this.#wastedCalls.check(token);
    if (RATED_BY_USER.has(name)) this.#cooldowns.check(`${name} ${token}`, 'user');
  }

  #acquirePoll({ res, onEnd }: Caller, address: string): void {
    if (headBytes(res.req) > POLL_HEAD_BYTES_MAX)
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

  /** Counts a call if it has a limit by address, and runs it in its turn if it can wait. */
  #runCounted<Result>(
    name: RequestName,
    parameters: LimitedParameters,
    address: string,
    run: () => Promise<Result> | null,
  ): Promise<Result | null> | null {
    const forgets = parameters.forget || parameters.messages;
    const limit = forgets ? 'forgets' : countedHere(name);
    const queue = forgets ? 'reading' : QUEUE_OF[name];
    const cost = name === 'import' ? itemsOf(parameters.data as RoomContents) : 1;
    const call = limit ? () => this.#count(limit, address, cost).then(run) : run;
    return queue ? this.#queues[queue].run(address, call) : call();
  }

  /** Counts the reads of a large answer. If they are too many, the next call is refused. */
  #noteReads(bytes: number, req: IncomingMessage): void {
    this.#count('reads', this.#addresses.of(req), readsOf(bytes)).catch(() => undefined);
  }

  #notePoll(poll: AnsweredPoll, bytes: number, req: IncomingMessage): void {
    const share = this.#wastedPolls.wastedShare(poll);
    if (share > 0) this.#wastedCalls.count(this.#addresses.of(req), poll.token, readsOf(bytes * share) + 1);
  }

  /** Whether nobody is in a room, or has been for some time. */
  async #isNew(room: string): Promise<boolean> {
    return (await this.#store.redis.exists(this.#store.keys.delivered(room))) === 0;
  }

  /** Counts a new room. If many users come to it together, the first of them has made it. */
  async #countRoom(room: string, address: string): Promise<void> {
    const { keys, redis } = this.#store;
    const making = keys.makingRoom(room);
    if ((await redis.set(making, 1, 'EX', ROOM_CREATION_S, 'NX')) !== 'OK') return;
    try {
      await this.#count('rooms', address);
    } catch (refusal) {
      await redis.del(making);
      throw refusal;
    }
  }

  /** Counts for an address and then, if the address is within its limit, for its network. */
  async #count(limit: LimitName, address: string, cost = 1): Promise<void> {
    await this.#countOne(limit, address, cost, false);
    const network = networkOf(address);
    if (network !== null) await this.#countOne(limit, network, cost, true);
  }

  async #countOne(limit: LimitName, counted: string, cost: number, isNetwork: boolean): Promise<void> {
    try {
      await this.#rateLimits.count(limit, await this.#addressHash.hash(counted), cost, isNetwork);
    } catch (refusal) {
      if (refusal instanceof ChatError)
        this.#cooldowns.start(`${limit} ${counted}`, (refusal.details.retryAfter ?? 0) * 1_000);
      throw refusal;
    }
  }
}

/**
 * Returns the limit by address that is counted before an operation runs. A send and a post count their own: see
 * `limitOfSends`.
 */
function countedHere(name: RequestName): LimitName | undefined {
  return name === 'send' || name === 'post' ? undefined : LIMIT_OF[name];
}

/** Returns how many messages and values a part of an import has; at least 1. */
function itemsOf({ messages = [], values = {} }: RoomContents): number {
  return Math.max(1, messages.length + Object.keys(values).length);
}

/** Returns how many reads an answer counts as beyond the first. */
const readsOf = (bytes: number): number => Math.floor(bytes / READ_BYTES);

function headBytes({ url = '', rawHeaders }: IncomingMessage): number {
  let bytes = url.length;
  for (const text of rawHeaders) bytes += text.length;
  return bytes;
}

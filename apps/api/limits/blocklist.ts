/**
 * Addresses and origins that the host has switched off. Every process keeps a copy, read again every two seconds and at once when it
 * is told of a change, so that a look costs no round trip. While Redis is away the copy stays as it is.
 */
import { ChatError } from '../../../shared/protocol/errors.js';
import { readSwitched } from '../../../shared/store/operator.js';
import type { Store } from '../../../shared/store/store.js';
import { type AddressHash, hashWithSalt } from './address-hash.js';

const READ_EVERY_MS = 2_000;
/** Addresses whose hashes are remembered at a time. */
const ADDRESSES_MAX = 10_000;

/** Names, and until when (ms since 1970) each is off. */
type BlockedUntil = ReadonlyMap<string, number>;

export class Blocklist {
  readonly #store: Store;
  readonly #addressHash: AddressHash;
  #origins: BlockedUntil = new Map();
  /** By hash. */
  #addresses: BlockedUntil = new Map();
  #salts: string[] = [];
  /** Until when an address is off, 0 for one that is not: hashing it for every request would cost more than all else here. */
  #known = new Map<string, number>();

  constructor(store: Store, addressHash: AddressHash) {
    this.#store = store;
    this.#addressHash = addressHash;
    setInterval(() => void this.read().catch(() => undefined), READ_EVERY_MS).unref(); // the next look makes up for it
  }

  /** Reads what is off. Rejects when Redis is away. */
  async read(): Promise<void> {
    const off = await readSwitched(this.#store);
    const of = (kind: string): BlockedUntil =>
      new Map(off.flatMap((one) => (one.kind === kind ? [[one.name, one.until ?? Infinity]] : [])));
    const addresses = of('address');
    this.#salts = addresses.size > 0 ? await this.#addressHash.currentSalts() : [];
    this.#origins = of('origin');
    this.#addresses = addresses;
    this.#known = new Map();
  }

  /** Throws `origin_refused` or `not_allowed` for what is off. */
  check(address: string, origin: string): void {
    if (this.#origins.size > 0 && (this.#origins.get(origin) ?? 0) > Date.now()) {
      throw new ChatError('origin_refused', 'The host of this chat has switched it off for this page.');
    }
    if (this.#addresses.size > 0 && this.#untilOf(address) > Date.now()) {
      throw new ChatError('not_allowed', 'The host of this chat has switched it off for your address.', {
        reason: 'address',
      });
    }
  }

  #untilOf(address: string): number {
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const until = Math.max(0, ...this.#salts.map((salt) => this.#addresses.get(hashWithSalt(salt, address)) ?? 0));
    if (this.#known.size >= ADDRESSES_MAX) this.#known.clear();
    this.#known.set(address, until);
    return until;
  }
}

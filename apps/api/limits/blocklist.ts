/**
 * Addresses, networks and origins that the host has switched off. Every process keeps a copy, so that a check costs no
 * round trip. It reads the list every two seconds, and at once when it is told of a change. While Redis is away the
 * copy stays.
 */
import { LRUCache } from 'lru-cache';
import type { SwitchedOff } from '../../../shared/protocol/admin.js';
import { ChatError } from '../../../shared/protocol/errors.js';
import { readSwitched } from '../../../shared/store/operator.js';
import type { Store } from '../../../shared/store/store.js';
import { type AddressHash, hashWithSalt } from './address-hash.js';
import { type Network, readNetwork } from './network.js';

const READ_EVERY_MS = 2_000;
/** Addresses whose answer is remembered at a time. */
const ADDRESSES_MAX = 10_000;

/** Until when each name is switched off, in ms since 1970. */
type SwitchedOffUntil = ReadonlyMap<string, number>;

export class Blocklist {
  readonly #store: Store;
  readonly #addressHash: AddressHash;
  #origins: SwitchedOffUntil = new Map();
  /** By hash. */
  #addresses: SwitchedOffUntil = new Map();
  #networks: (Network & { until: number })[] = [];
  #salts: string[] = [];
  /**
   * Until when an address is off, 0 for one that is not. To hash it for every request would cost more than all the
   * rest.
   */
  readonly #untilByAddress = new LRUCache<string, number>({ max: ADDRESSES_MAX });

  /** `filter` learns all that is off: its words and links are in the same list. */
  constructor(
    store: Store,
    addressHash: AddressHash,
    private readonly filter?: { learn(off: readonly SwitchedOff[]): void },
  ) {
    this.#store = store;
    this.#addressHash = addressHash;
    setInterval(() => void this.read().catch(() => undefined), READ_EVERY_MS).unref(); // the next one makes up for it
  }

  /** Reads the list. Rejects when Redis is away. */
  async read(): Promise<void> {
    const off = await readSwitched(this.#store);
    const ofKind = (kind: string): SwitchedOffUntil =>
      new Map(off.flatMap((one) => (one.kind === kind ? [[one.name, one.until ?? Infinity]] : [])));
    const addresses = ofKind('address');
    this.#salts = addresses.size > 0 ? await this.#addressHash.currentSalts() : [];
    this.#origins = ofKind('origin');
    this.#addresses = addresses;
    this.#networks = [...ofKind('network')].flatMap(([name, until]) => {
      const network = readNetwork(name);
      return network ? [{ ...network, until }] : [];
    });
    this.filter?.learn(off);
    this.#untilByAddress.clear();
  }

  /** Throws `origin_refused` or `not_allowed` if the host has switched the origin or the address off. */
  check(address: string, origin: string): void {
    if (this.#origins.size > 0 && (this.#origins.get(origin) ?? 0) > Date.now()) {
      throw new ChatError('origin_refused', 'The host of this chat has switched it off for this page.');
    }
    if (this.#addresses.size + this.#networks.length > 0 && this.#untilOf(address) > Date.now()) {
      throw new ChatError('not_allowed', 'The host of this chat has switched it off for your address.', {
        reason: 'address',
      });
    }
  }

  #untilOf(address: string): number {
    const known = this.#untilByAddress.get(address);
    if (known !== undefined) return known;
    const until = Math.max(
      0,
      ...this.#salts.map((salt) => this.#addresses.get(hashWithSalt(salt, address)) ?? 0),
      ...this.#networks.map((network) => (network.has(address) ? network.until : 0)),
    );
    this.#untilByAddress.set(address, until);
    return until;
  }
}

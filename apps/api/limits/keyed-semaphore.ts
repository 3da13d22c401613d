/** How much of this process each address holds: a count, and a most. */
import { NETWORK_FACTOR, networkOf } from './client-address.js';

export class KeyedSemaphore {
  readonly #most: number;
  readonly #acquired = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a place; false when the address, or the network it is in, has all it may have. */
  tryAcquire(address: string): boolean {
    const network = networkOf(address);
    if (this.#count(address) >= this.#most || (network !== null && this.#count(network) >= this.#most * NETWORK_FACTOR))
      return false;
    this.#add(address, 1);
    if (network !== null) this.#add(network, 1);
    return true;
  }

  release(address: string): void {
    const network = networkOf(address);
    this.#add(address, -1);
    if (network !== null) this.#add(network, -1);
  }

  #count(key: string): number {
    return this.#acquired.get(key) ?? 0;
  }

  #add(key: string, more: number): void {
    const taken = this.#count(key) + more;
    if (taken > 0) this.#acquired.set(key, taken);
    else this.#acquired.delete(key);
  }
}

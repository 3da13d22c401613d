/** How much of this process each address holds: a count, and a most. */
import { networkOf, WIDER } from './client-address.js';

export class Places {
  readonly #most: number;
  readonly #taken = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a place; false when the address, or the network it is in, has all it may have. */
  take(address: string): boolean {
    const network = networkOf(address);
    if (this.#of(address) >= this.#most || (network !== null && this.#of(network) >= this.#most * WIDER)) return false;
    this.#add(address, 1);
    if (network !== null) this.#add(network, 1);
    return true;
  }

  give(address: string): void {
    const network = networkOf(address);
    this.#add(address, -1);
    if (network !== null) this.#add(network, -1);
  }

  #of(key: string): number {
    return this.#taken.get(key) ?? 0;
  }

  #add(key: string, more: number): void {
    const taken = this.#of(key) + more;
    if (taken > 0) this.#taken.set(key, taken);
    else this.#taken.delete(key);
  }
}

/** A counting semaphore for each address: how much of this process an address may hold at a time. */
import { NETWORK_FACTOR, networkOf } from './client-address.js';

export class KeyedSemaphore {
  readonly #max: number;
  readonly #acquired = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Acquires one. Returns false if the address, or the network it is in, holds all that it may. */
  tryAcquire(address: string): boolean {
    const network = networkOf(address);
    if (this.#count(address) >= this.#max) return false;
    if (network !== null && this.#count(network) >= this.#max * NETWORK_FACTOR) return false;
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

  #add(key: string, change: number): void {
    const count = this.#count(key) + change;
    if (count > 0) this.#acquired.set(key, count);
    else this.#acquired.delete(key);
  }
}

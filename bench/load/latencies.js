/** Times from send to receipt, in ms. */
export class Latencies {
  /** @type {number[]} */
  #values = [];

  add(/** @type {number} */ ms) {
    this.#values.push(ms);
  }

  /**
   * The given parts (0.5, 0.99) of the way through the sorted times; null when there are none.
   *
   * @param {...number} parts
   */
  percentiles(...parts) {
    const sorted = Float64Array.from(this.#values).sort();
    return parts.map((part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? null);
  }
}

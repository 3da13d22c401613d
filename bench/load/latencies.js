/** Collects the times from send to receipt, in ms. */
export class Latencies {
  /** @type {number[]} */
  #values = [];

  add(/** @type {number} */ ms) {
    this.#values.push(ms);
  }

  /**
   * Returns percentiles: 0.5 is the median. They are null when there are no times.
   *
   * @param {...number} parts
   */
  percentiles(...parts) {
    const sorted = Float64Array.from(this.#values).sort();
    return parts.map((part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? null);
  }
}

/** The messages that one member has got. They are numbered from 1, so the missing ones are known exactly. */
export class Receipts {
  /** Messages that the member has got. */
  count = 0;
  #next = 1;
  #lastId = '0-0';
  /** @type {Set<number>} */
  #missing = new Set();
  #meter;

  constructor(/** @type {import('./meter.js').Meter} */ meter) {
    this.#meter = meter;
  }

  /**
   * Takes a message. Returns true when it is new to the member.
   *
   * @param {number} number
   * @param {string | null} id
   */
  take(number, id) {
    if (number < this.#next) return this.#takeOld(number, id);
    for (let skipped = this.#next; skipped < number; skipped += 1) this.#missing.add(skipped);
    this.#next = number + 1;
    if (id !== null) this.#lastId = id;
    this.#count();
    return true;
  }

  /**
   * @param {number} number
   * @param {string | null} id
   */
  #takeOld(number, id) {
    if (this.#missing.delete(number)) {
      this.#meter.outOfOrder += 1;
      this.#count();
      return true;
    }
    if (id === null || isAbove(id, this.#lastId)) this.#meter.doubled += 1;
    else this.#meter.repeated += 1;
    return false;
  }

  #count() {
    this.count += 1;
    this.#meter.deliveries += 1;
  }
}

/** Returns true when log id `a` (`ms-sequence`) is above `b`. */
export function isAbove(/** @type {string} */ a, /** @type {string} */ b) {
  const [aMs = 0, aSequence = 0] = a.split('-').map(Number);
  const [bMs = 0, bSequence = 0] = b.split('-').map(Number);
  return aMs > bMs || (aMs === bMs && aSequence > bSequence);
}

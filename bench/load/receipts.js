/** What one member has had of its room: messages are numbered from 1, so what is lacking is known exactly. */
export class Receipts {
  /** Messages received. */
  count = 0;
  #next = 1;
  #lastId = '0-0';
  /** @type {Set<number>} */
  #lacking = new Set();
  #meter;

  constructor(/** @type {import('./meter.js').Meter} */ meter) {
    this.#meter = meter;
  }

  /** True when this message is new to the member. */
  take(/** @type {number} */ number, /** @type {string} */ id) {
    if (number < this.#next) return this.#takeOld(number, id);
    for (let skipped = this.#next; skipped < number; skipped += 1) this.#lacking.add(skipped);
    this.#next = number + 1;
    this.#lastId = id;
    this.#count();
    return true;
  }

  #takeOld(/** @type {number} */ number, /** @type {string} */ id) {
    if (this.#lacking.delete(number)) {
      this.#meter.outOfOrder += 1;
      this.#count();
      return true;
    }
    if (isAbove(id, this.#lastId)) this.#meter.doubled += 1;
    else this.#meter.repeated += 1;
    return false;
  }

  #count() {
    this.count += 1;
    this.#meter.deliveries += 1;
  }
}

/** Compares two log ids, `ms-sequence`. */
function isAbove(/** @type {string} */ a, /** @type {string} */ b) {
  const [aMs = 0, aSequence = 0] = a.split('-').map(Number);
  const [bMs = 0, bSequence = 0] = b.split('-').map(Number);
  return aMs > bMs || (aMs === bMs && aSequence > bSequence);
}

/** The people whom one member knows: from the answer to its join, and by the `joined` events after it. */

import { isAbove } from './receipts.js';

export class Presence {
  /** @type {Map<number, string>} by id: the id of the event that told it, '' for the answer to the join */
  #known = new Map();
  #lastId = '0-0';
  #meter;
  #onKnown;

  /**
   * @param {import('./meter.js').Meter} meter
   * @param {() => void} onKnown called when the member knows one more
   */
  constructor(meter, onKnown) {
    this.#meter = meter;
    this.#onKnown = onKnown;
  }

  get size() {
    return this.#known.size;
  }

  /** Takes the answer to the member's own join. */
  begin(/** @type {{ room: { members: { id: number }[] } }} */ { room }) {
    for (const { id } of room.members) this.#add(id, '');
  }

  /** Takes a `joined` event. It may tell of somebody who was in the answer to the join. */
  take(/** @type {{ id: string, from: { id: number } }} */ { id, from }) {
    const told = this.#known.get(from.id);
    if (told === id) this.#meter.repeated += 1;
    else if (told) this.#meter.doubled += 1;
    else this.#hear(from.id, id);
  }

  /**
   * @param {number} person
   * @param {string} id
   */
  #hear(person, id) {
    this.#meter.deliveries += 1;
    if (!isAbove(id, this.#lastId)) this.#meter.outOfOrder += 1;
    this.#lastId = id;
    this.#add(person, id);
  }

  /**
   * @param {number} person
   * @param {string} event
   */
  #add(person, event) {
    if (!this.#known.has(person)) this.#onKnown();
    this.#known.set(person, event);
  }
}

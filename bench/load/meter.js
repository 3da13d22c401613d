/** Counts what the clients of one system get, and records latencies while it measures. */
import { Latencies } from './latencies.js';

export class Meter {
  /** Events received for the first time. */
  deliveries = 0;
  answers = 0;
  /** Sends that were answered `ok`. */
  accepted = 0;
  /** Events that came again with a known id. Clients drop them, so this is allowed. */
  repeated = 0;
  /** Events that came again with another id, or without one. This is a fault. */
  doubled = 0;
  outOfOrder = 0;
  /** Events that inboxes dropped at their limit, as the server says. */
  missed = 0;
  resets = 0;
  /** @type {Record<string, number>} answers that were errors, by code */
  errors = {};
  /** @type {Latencies | null} */
  latencies = null;

  error(/** @type {string} */ code) {
    this.errors[code] = (this.errors[code] ?? 0) + 1;
  }

  beginMeasuring() {
    this.latencies = new Latencies();
  }

  endMeasuring() {
    const { latencies } = this;
    this.latencies = null;
    if (latencies === null) throw new Error('the meter does not measure');
    return latencies;
  }
}

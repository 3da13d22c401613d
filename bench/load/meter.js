/** What one system's clients count: for all time, and the times of those deliveries that came while it measures. */
import { Latencies } from './latencies.js';

export class Meter {
  /** Events received for the first time. */
  deliveries = 0;
  answers = 0;
  /** Sends answered `ok`. */
  accepted = 0;
  /** Events that came again with an id already seen, which a client drops: allowed. */
  repeated = 0;
  /** Events that came again under another id: a fault. */
  doubled = 0;
  outOfOrder = 0;
  /** Events the server says an inbox lost to its limit. */
  missed = 0;
  resets = 0;
  /** Answers that were errors, by code. */
  /** @type {Record<string, number>} */
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
    if (latencies === null) throw new Error('nothing was being measured');
    return latencies;
  }
}

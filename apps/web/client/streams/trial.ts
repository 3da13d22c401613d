import type { StreamTrouble } from '../stream-trouble.js';

/** One such failure at the beginning is enough: streams do not get through here. Others may be a train in a tunnel. */
const CERTAIN = /late|silent/;
const STRIKES_MAX = 2;

/** Knows whether streams get through on this network. A failure counts if a poll works right after it. */
export class Trial {
  private strikes = 0;
  private suspected: StreamTrouble | '' = '';

  /** A stream has failed. The next poll shows whether it was the network. */
  suspect(trouble: StreamTrouble): void {
    this.suspected = trouble;
  }

  /** A poll has been answered: `atOnce`, or after failures. Returns the trouble if streams should be given up. */
  polled(atOnce: boolean): StreamTrouble | '' {
    const { suspected } = this;
    this.suspected = '';
    if (suspected && atOnce) this.strikes += CERTAIN.test(suspected) ? STRIKES_MAX : 1;
    return this.strikes >= STRIKES_MAX ? suspected : '';
  }

  /** A stream has lived for long. So the next one that falls silent may do so because the network has changed. */
  passed(): void {
    this.strikes = -1;
  }
}

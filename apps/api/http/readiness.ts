/** Whether this process may get traffic, for load balancers. That it lives, any answer shows. */
import type { Availability } from '../../../shared/redis/availability.js';

export class Readiness {
  readonly #availability: Pick<Availability, 'check'>;
  readonly #polls: { readonly ready: boolean };
  #ending = false;

  constructor(availability: Pick<Availability, 'check'>, polls: { readonly ready: boolean }) {
    this.#availability = availability;
    this.#polls = polls;
  }

  /** The process has been told to end: others shall get what comes from now on. */
  end(): void {
    this.#ending = true;
  }

  /** Why it may not, as half a sentence, or null when it may. Asks Redis at most once a second. */
  async reason(): Promise<string | null> {
    if (this.#ending) return 'this process is about to end';
    const away = await this.#availability.check();
    if (away !== null) return `Redis is away: ${away}`;
    return this.#polls.ready ? null : 'Redis has not confirmed the subscription';
  }
}

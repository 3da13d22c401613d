/**
 * Probes for load balancers and monitoring: `/health` tells whether Redis is up, `/ready` whether to send traffic here.
 */
import type Router from '@koa/router';
import type { RouterContext } from '@koa/router';
import type { Availability } from '../../../shared/redis/availability.js';
import { stateText } from '../../../shared/redis/reasons.js';
import { VERSION } from '../../../shared/version.js';

type Check = Pick<Availability, 'check'>;

/** Whether this process may get traffic. */
export class Readiness {
  readonly #availability: Check;
  readonly #polls: { readonly ready: boolean };
  #ending = false;

  constructor(availability: Check, polls: { readonly ready: boolean }) {
    this.#availability = availability;
    this.#polls = polls;
  }

  /** Notes that the process was told to end. New requests should go to other processes from now on. */
  end(): void {
    this.#ending = true;
  }

  /** Resolves with the reason against traffic as half a sentence, or null. Asks Redis at most once a second. */
  async reason(): Promise<string | null> {
    if (this.#ending) return 'this process is about to end';
    const away = await this.#availability.check();
    if (away !== null) return stateText(away);
    return this.#polls.ready ? null : 'Redis has not confirmed the subscription';
  }
}

export function addProbes(router: Router, availability: Check, readiness: Readiness): void {
  router.get('/health', async (ctx: RouterContext) => {
    const reason = await availability.check();
    respond(ctx, reason === null, {
      version: VERSION,
      ...(reason === null ? { redis: 'up' } : { redis: 'away', reason }),
    });
  });
  router.get('/ready', async (ctx: RouterContext) => {
    const reason = await readiness.reason();
    respond(ctx, reason === null, reason === null ? {} : { reason });
  });
}

function respond(ctx: RouterContext, ok: boolean, details: Record<string, string>): void {
  ctx.status = ok ? 200 : 503;
  ctx.body = { ok, ...details };
  ctx.set('Cache-Control', 'no-store');
}

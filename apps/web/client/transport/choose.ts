import type { OperationName } from '../../../../shared/protocol/operations.js';
import type { Answers } from '../answers.js';
import type { WayName } from '../api.js';
import { asFailure, isAbandoned } from '../errors.js';
import { fetchTransport } from './fetch.js';
import { jsonpTransport } from './jsonp.js';
import { type PolicyWatch, watchPolicy } from './policy.js';
import type { Call, Transport, Values } from './transport.js';

/** Codes of failures in which the server has said nothing. */
const UNHEARD = /^(network|page_policy)$/;

/**
 * Finds the way that works here and keeps to it. As long as none has worked, every request tries `fetch` first and
 * then a script tag: a page cannot tell a server that is down from a policy that forbids, but the second try can.
 */
export class Way {
  why = 'nothing has been tried yet';
  private transport: Transport | null = null;
  private readonly policy: PolicyWatch;

  constructor(
    private readonly server: string,
    readonly nonce: string,
    wanted: WayName | 'auto',
  ) {
    this.policy = watchPolicy(server);
    const unable = !window.fetch;
    if (wanted === 'fetch') this.settle(fetchTransport(server), 'the page asked for it');
    else if (wanted === 'jsonp' || unable)
      this.settle(jsonpTransport(server, nonce), unable ? 'this browser has no fetch' : 'the page asked for it');
  }

  get name(): WayName | null {
    return this.transport && this.transport.way;
  }

  call<O extends OperationName>(operation: O, values: Values, patienceMs: number): Call<Answers[O]> {
    if (this.transport) return this.transport.call(operation, values, patienceMs);
    return this.find(operation, values, patienceMs);
  }

  private settle(transport: Transport, why: string): void {
    this.transport = transport;
    this.why = why;
    this.policy.end();
  }

  private find<O extends OperationName>(operation: O, values: Values, patienceMs: number): Call<Answers[O]> {
    const viaFetch = fetchTransport(this.server);
    let current = viaFetch.call(operation, values, patienceMs);
    const done = this.judge(current.done, viaFetch).catch((thrown: unknown) => {
      if (isAbandoned(thrown) || asFailure(thrown).code !== 'network') throw thrown;
      const viaScript = jsonpTransport(this.server, this.nonce);
      current = viaScript.call(operation, values, patienceMs);
      return this.judge(current.done, viaScript).catch((failure: unknown) => {
        // where no script tag may be added, fetch is all there is, unless that is forbidden too
        throw asFailure(failure).code === 'page_policy' && !this.policy.refused() ? thrown : failure;
      });
    });
    return { done, abandon: () => current.abandon() };
  }

  /** Whatever the server itself said, also an error, shows that this way works. */
  private async judge<A>(answer: Promise<A>, transport: Transport): Promise<A> {
    const failure = await answer.then(() => null, asFailure);
    const heard = !failure || !UNHEARD.test(failure.code);
    if (heard) this.settle(transport, transport.way === 'fetch' ? 'fetch works here' : this.reason());
    return answer;
  }

  private reason(): string {
    return this.policy.refused()
      ? "this page's policy (connect-src) forbids fetch"
      : 'fetch failed, a script tag did not';
  }
}

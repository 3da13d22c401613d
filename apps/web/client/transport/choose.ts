import type { OperationName } from '../../../../shared/protocol/operations.js';
import type { Answers, Fields } from '../answers.js';
import type { JoinOptions, TransportName } from '../api.js';
import { asFailure, isAbandoned } from '../errors.js';
import { fetchTransport } from './fetch.js';
import { jsonpTransport } from './jsonp.js';
import { watchPolicy } from './policy.js';
import type { Call, Transport } from './transport.js';

/** The codes of failures in which the server has not answered. */
const UNANSWERED = /^(network|page_policy)$/;

/** The transport of one chat. */
export interface TransportChoice {
  /** Null until one has worked. */
  readonly name: TransportName | null;
  /** Why it is this one, in plain words. */
  readonly why: string;
  readonly nonce: string;
  /** Whether there are streams here, and the page wants them. */
  readonly streams: boolean;
  call: Transport['call'];
}

/**
 * Finds the transport that works here and keeps to it. Until one has worked, each request tries `fetch` first and then
 * a script tag. A page cannot tell a server that is down from a policy that forbids `fetch`, but the second try can.
 */
export function chooseTransport(server: string, nonce: string, wanted: JoinOptions['transport']): TransportChoice {
  const viaFetch = fetchTransport(server);
  const viaScript = jsonpTransport(server, nonce);
  const policy = watchPolicy(server);

  const settle = (transport: Transport, why: string): void => {
    const { name, call } = transport;
    Object.assign(choice, { name, why, streams: transport === viaFetch && wanted !== 'poll', call });
    policy.end();
  };

  /** Settles for the transport if the server has answered. An error that the server sends is an answer too. */
  const judge = async <A>(answer: Promise<A>, transport: Transport, reason: () => string): Promise<A> => {
    const failure = await answer.then(() => null, asFailure);
    if (!failure || !UNANSWERED.test(failure.code)) settle(transport, reason());
    return answer;
  };

  const whyScripts = (): string =>
    policy.refused() ? "this page's policy (connect-src) forbids fetch" : 'fetch failed, script tags work';

  const tryBoth = <O extends OperationName>(operation: O, values: Fields, timeoutMs: number): Call<Answers[O]> => {
    let current = viaFetch.call(operation, values, timeoutMs);
    const done = judge(current.done, viaFetch, () => 'fetch works here').catch((thrown: unknown) => {
      if (isAbandoned(thrown) || asFailure(thrown).code !== 'network') throw thrown;
      current = viaScript.call(operation, values, timeoutMs);
      return judge(current.done, viaScript, whyScripts).catch((failure: unknown) => {
        // where the policy forbids script tags, only fetch is left, unless that is forbidden too
        throw asFailure(failure).code === 'page_policy' && !policy.refused() ? thrown : failure;
      });
    });
    return { done, abandon: () => current.abandon() };
  };

  const choice: TransportChoice = { name: null, why: 'nothing tried yet', streams: false, nonce, call: tryBoth };
  if (wanted === 'fetch') settle(viaFetch, 'the page asked for it');
  else if (!window.fetch) settle(viaScript, 'this browser has no fetch');
  else if (wanted === 'jsonp') settle(viaScript, 'the page asked for it');
  return choice;
}

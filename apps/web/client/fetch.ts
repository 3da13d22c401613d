import type { OperationName } from '../../../shared/protocol/operations.js';
import type { Answers } from './answers.js';
import { within, type Call, type Transport, type Values } from './transport.js';

/** The way of CORS requests. */
export function fetchTransport(server: string): Transport {
  return {
    way: 'fetch',
    call<O extends OperationName>(operation: O, values: Values, patienceMs: number): Call<Answers[O]> {
      return within(patienceMs, (give, lost) => {
        const controller = new AbortController();
        fetch(`${server}/api/${operation}`, {
          method: 'POST',
          body: JSON.stringify(values), // plain text needs no preflight
          credentials: 'omit',
          keepalive: operation === 'send', // outlives the page
          signal: controller.signal,
        }).then((answer) => answer.json()).then(give, lost);
        return () => controller.abort();
      });
    },
  };
}

import type { OperationName } from '../../../../shared/protocol/operations.js';
import type { Answers } from '../answers.js';
import { type Call, type Transport, type Values, within } from './transport.js';

/** The way of CORS requests. */
export function fetchTransport(server: string): Transport {
  return {
    way: 'fetch',
    call<O extends OperationName>(operation: O, values: Values, patienceMs: number): Call<Answers[O]> {
      return within(patienceMs, ({ give, lost, alive }) => {
        const controller = new AbortController();
        fetch(`${server}/api/${operation}`, {
          method: 'POST',
          body: JSON.stringify(values), // plain text needs no preflight
          credentials: 'omit',
          keepalive: operation === 'send', // outlives the page
          signal: controller.signal,
        })
          .then((answer) => read(answer, alive))
          .then(give, lost);
        return () => controller.abort();
      });
    },
  };
}

/**
 * The JSON of an answer. On a slow line it comes in many pieces; `alive` hears of each. A browser without streams throws,
 * and the way is script tags.
 */
async function read({ body }: Response, alive: () => void): Promise<unknown> {
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  for (let text = ''; ; ) {
    const { done, value } = await reader.read();
    if (done) return JSON.parse(text);
    alive();
    text += decoder.decode(value, { stream: true });
  }
}

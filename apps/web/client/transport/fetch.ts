import type { OperationName } from '../../../../shared/protocol/operations.js';
import type { Answers, Fields } from '../answers.js';
import { type Call, type Transport, within } from './transport.js';

/** The transport that sends CORS requests. */
export function fetchTransport(server: string): Transport {
  return {
    name: 'fetch',
    call<O extends OperationName>(operation: O, values: Fields, timeoutMs: number): Call<Answers[O]> {
      return within(timeoutMs, ({ answered, failed, alive }) => {
        const controller = new AbortController();
        fetch(`${server}/api/${operation}`, {
          method: 'POST',
          body: JSON.stringify(values), // plain text needs no preflight
          credentials: 'omit',
          keepalive: operation === 'send', // outlives the page
          signal: controller.signal,
        })
          .then((response) => read(response, alive))
          .then(answered, failed);
        return () => controller.abort();
      });
    },
  };
}

/**
 * Returns the JSON of a response, and calls `alive` for each piece of it: on a slow line there are many. Throws in a
 * browser without streams. Script tags take over there.
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

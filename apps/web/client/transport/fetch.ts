import type { OperationName } from '../../../../shared/protocol/operations.js';
import type { Answers, Fields } from '../answers.js';
import { readText } from './read-text.js';
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
          keepalive: /^(send|ack)$/.test(operation), // outlives the page
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
async function read(response: Response, alive: () => void): Promise<unknown> {
  let body = '';
  await readText(response, (text) => {
    alive();
    body += text;
  });
  return JSON.parse(body);
}

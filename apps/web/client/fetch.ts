import type { OperationName } from '../../../shared/protocol/operations.js';
import { ABANDONED, Failure } from './errors.js';
import { unwrap, type Answers, type Call, type Transport, type Values } from './transport.js';

/** A body of plain text needs no preflight; small ones outlive the page (`keepalive`). */
function init(values: Values, lasting: boolean, signal: AbortSignal): RequestInit {
  return { method: 'POST', body: JSON.stringify(values), credentials: 'omit', keepalive: lasting, signal };
}

async function exchange<A>(url: string, options: RequestInit): Promise<A> {
  let body: unknown;
  try {
    body = await (await fetch(url, options)).json();
  } catch (_) {
    throw new Failure('network', 'The server could not be reached.');
  }
  return unwrap<A>(body);
}

function request<A>(url: string, values: Values, lasting: boolean, patienceMs: number): Call<A> {
  const controller = new AbortController();
  let abandon: () => void = () => undefined;
  const done = new Promise<A>((resolve, reject) => {
    const fail = (failure: Failure): void => {
      clearTimeout(timer);
      reject(failure);
      controller.abort();
    };
    const timer = setTimeout(() => fail(new Failure('network', 'The server took too long to answer.')), patienceMs);
    abandon = () => fail(ABANDONED);
    exchange<A>(url, init(values, lasting, controller.signal)).then((answer) => {
      clearTimeout(timer);
      resolve(answer);
    }, fail);
  });
  return { done, abandon };
}

/** The way of CORS requests. */
export function fetchTransport(server: string): Transport {
  return {
    way: 'fetch',
    call<O extends OperationName>(operation: O, values: Values, patienceMs: number): Call<Answers[O]> {
      return request<Answers[O]>(`${server}/api/${operation}`, values, operation === 'send', patienceMs);
    },
  };
}

import type { OperationName } from '../../../shared/protocol/operations.js';
import { ABANDONED, Failure } from './errors.js';
import { REGISTRY, registry } from './registry.js';
import { unwrap, type Answers, type Call, type Transport, type Values } from './transport.js';

let calls = 0;
const copy = Math.random().toString(36).slice(2, 8);

/** Never throws for half an emoji in a text, as `encodeURIComponent` does. */
function queryOf(values: Values, callback: string): URLSearchParams {
  const query = new URLSearchParams({ callback });
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (value !== undefined) query.set(name, name === 'data' ? JSON.stringify(value) : String(value));
  }
  return query;
}

/** Adds a script tag to the page; `done` is called when it has run, or cannot. */
export function addScript(url: string, nonce: string, done: () => void): HTMLScriptElement {
  const script = document.createElement('script');
  script.src = url;
  script.async = true;
  if (nonce) script.nonce = nonce;
  script.onload = script.onerror = done;
  return (document.head || document.documentElement).appendChild(script);
}

/**
 * Adds a script tag that will call `waiting[key]`. Whatever happens, the tag goes when the call is settled, and
 * the callback when the tag has loaded or failed: until then it stands as a no-op, for an answer that is late.
 */
function request<A>(url: string, key: string, nonce: string, patienceMs: number): Call<A> {
  const waiting = registry().calls;
  let abandon: () => void = () => undefined;
  const done = new Promise<A>((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      waiting[key] = () => undefined;
      script.remove();
      act();
    };
    const fail = (failure: Failure): void => settle(() => reject(failure));
    const timer = setTimeout(() => fail(new Failure('network', 'The server took too long to answer.')), patienceMs);
    abandon = () => fail(ABANDONED);
    waiting[key] = (body) => settle(() => {
      try { resolve(unwrap<A>(body)); } catch (failure) { reject(failure); }
    });
    const script = addScript(url, nonce, () => {
      fail(new Failure('network', 'The server could not be reached.'));
      delete waiting[key];
    });
  });
  return { done, abandon };
}

/** The way of script tags: works wherever a script from the server may run. */
export function jsonpTransport(server: string, nonce: string): Transport {
  return {
    way: 'jsonp',
    call<O extends OperationName>(operation: O, values: Values, patienceMs: number): Call<Answers[O]> {
      const key = `c${copy}${++calls}`;
      const url = `${server}/jsonp/${operation}?${queryOf(values, `${REGISTRY}.calls.${key}`)}`;
      return request<Answers[O]>(url, key, nonce, patienceMs);
    },
  };
}

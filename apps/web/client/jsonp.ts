import type { OperationName } from '../../../shared/protocol/operations.js';
import type { Answers } from './answers.js';
import { REGISTRY, registry } from './registry.js';
import { within, type Call, type Transport, type Values } from './transport.js';

let calls = 0;
const copy = Math.random().toString(36).slice(2, 8);

/** Never throws for half an emoji in a text, as `encodeURIComponent` does. */
function queryOf(values: Values, callback: string): URLSearchParams {
  const query = new URLSearchParams({ callback });
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) query.set(name, name === 'data' || typeof value === 'object' ? JSON.stringify(value) : String(value));
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
 * The way of script tags: works wherever a script from the server may run. Whatever happens, the tag goes when the call
 * is settled, and the callback when the tag has loaded or failed: until then it stands as a no-op, for an answer that is late.
 */
export function jsonpTransport(server: string, nonce: string): Transport {
  return {
    way: 'jsonp',
    call<O extends OperationName>(operation: O, values: Values, patienceMs: number): Call<Answers[O]> {
      const key = `c${copy}${++calls}`;
      const url = `${server}/jsonp/${operation}?${queryOf(values, `${REGISTRY}.calls.${key}`)}`;
      return within(patienceMs, (give, lost) => {
        const { calls: waiting } = registry();
        waiting[key] = give;
        const script = addScript(url, nonce, () => {
          lost();
          delete waiting[key];
        });
        return () => {
          waiting[key] = () => undefined;
          if (script.parentNode) script.parentNode.removeChild(script);
        };
      });
    },
  };
}

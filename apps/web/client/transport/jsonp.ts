import type { OperationName } from '../../../../shared/protocol/operations.js';
import type { Answers } from '../answers.js';
import { Failure } from '../errors.js';
import { REGISTRY, registry, type TrustedTypes } from '../registry.js';
import { type Call, PATIENCE, type Transport, type Values, within } from './transport.js';

/** A page does not see how much of a script has come: each time that one came too late, the next may take longer, up to so often. */
const SLOWEST = 8;
let slowness = 1;
let calls = 0;
const copy = Math.random().toString(36).slice(2, 8);

/** Never throws for half an emoji in a text, as `encodeURIComponent` does. */
function queryOf(values: Values, callback: string): URLSearchParams {
  const query = new URLSearchParams({ callback });
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined)
      query.set(name, /^(data|value)$/.test(name) || typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  return query;
}

/** The address as `require-trusted-types-for 'script'` wants it: by a policy of ours, where the page allows one. */
function trusted(url: string): string {
  const page = registry();
  const { trustedTypes } = window as unknown as { trustedTypes?: TrustedTypes };
  try {
    if (trustedTypes && !page.policy)
      page.policy = trustedTypes.createPolicy('nobackend-chat', { createScriptURL: String });
  } catch (_) {
    return url;
  }
  return page.policy ? page.policy.createScriptURL(url) : url;
}

/** Adds a script tag to the page; `done` is called when it has run, or cannot. Throws `page_policy`. */
export function addScript(url: string, nonce: string, done: () => void): HTMLScriptElement {
  const script = document.createElement('script');
  try {
    script.src = trusted(url);
  } catch (_) {
    throw new Failure('page_policy', "This page's policy lacks `trusted-types nobackend-chat`.");
  }
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
      const from = Date.now();
      const patience = patienceMs + (slowness - 1) * PATIENCE;
      return within(patience, ({ give, lost }) => {
        const { calls: waiting } = registry();
        const script = addScript(url, nonce, () => {
          lost();
          delete waiting[key];
        });
        waiting[key] = give;
        return () => {
          if (Date.now() - from >= patience) slowness = Math.min(slowness * 2, SLOWEST);
          waiting[key] = () => undefined;
          if (script.parentNode) script.parentNode.removeChild(script);
        };
      });
    },
  };
}

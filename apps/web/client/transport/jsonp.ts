import type { OperationName } from '../../../../shared/protocol/operations.js';
import type { Answers, Fields } from '../answers.js';
import { Failure } from '../errors.js';
import { REGISTRY, registry, type TrustedTypes } from '../registry.js';
import { type Call, REQUEST_TIMEOUT_MS, type Transport, within } from './transport.js';

/**
 * A page cannot see how much of a script has arrived. So each script that comes too late doubles the slowness, and each
 * step of slowness gives the next scripts one more REQUEST_TIMEOUT_MS.
 */
let slowness = 1;
const SLOWNESS_MAX = 8;
let calls = 0;
const copy = Math.random().toString(36).slice(2, 8);

/** Unlike `encodeURIComponent`, this does not throw for half an emoji in a text. */
function queryOf(values: Fields, callback: string): URLSearchParams {
  const query = new URLSearchParams({ callback });
  for (const [field, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const isJson = /^(data|value)$/.test(field) || typeof value === 'object';
    query.set(field, isJson ? JSON.stringify(value) : String(value));
  }
  return query;
}

/**
 * Returns the address as `require-trusted-types-for 'script'` wants it: made by a policy of ours, if the page allows
 * one.
 */
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

/**
 * Adds a script tag to the page. Calls `done` once it has run or failed. Throws `page_policy` if the page forbids it.
 */
export function addScript(url: string, nonce: string, done: () => void): HTMLScriptElement {
  const script = document.createElement('script');
  try {
    script.src = trusted(url);
  } catch (_) {
    throw new Failure('page_policy', "This page's policy lacks `trusted-types nobackend-chat`.");
  }
  script.async = true;
  if (nonce) script.nonce = nonce;
  script.onload = done;
  script.onerror = done;
  return (document.head || document.documentElement).appendChild(script);
}

/**
 * The transport that adds script tags. It works wherever a script from the server may run. The tag is removed when the
 * call is settled. The callback is removed when the tag has loaded or failed; until then it ignores a late answer.
 */
export function jsonpTransport(server: string, nonce: string): Transport {
  return {
    name: 'jsonp',
    call<O extends OperationName>(operation: O, values: Fields, timeoutMs: number): Call<Answers[O]> {
      const key = `c${copy}${++calls}`;
      const url = `${server}/jsonp/${operation}?${queryOf(values, `${REGISTRY}.calls.${key}`)}`;
      const startedAt = Date.now();
      const patienceMs = timeoutMs + (slowness - 1) * REQUEST_TIMEOUT_MS;
      return within(patienceMs, ({ answered, failed }) => {
        const { calls: callbacks } = registry();
        const script = addScript(url, nonce, () => {
          failed();
          delete callbacks[key];
        });
        callbacks[key] = answered;
        return () => {
          if (Date.now() - startedAt >= patienceMs) slowness = Math.min(slowness * 2, SLOWNESS_MAX);
          callbacks[key] = () => undefined;
          if (script.parentNode) script.parentNode.removeChild(script);
        };
      });
    },
  };
}

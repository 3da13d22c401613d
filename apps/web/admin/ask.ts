/** Requests of the host's page to the server. */
import { server } from '../pages/page.js';

/**
 * Resolves with the answer to a request, which is a POST with `body`. Never rejects: if nothing answers, `silence` says
 * so to the host.
 */
export async function ask<Reply>(
  path: string,
  silence: string,
  body?: object,
): Promise<Reply | { ok: false; message: string }> {
  const post = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  try {
    return (await (await fetch(`${server}${path}`, body && post)).json()) as Reply;
  } catch (_) {
    return { ok: false, message: silence };
  }
}

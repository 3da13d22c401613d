/** Requests of the host to `/admin`, for the commands `announce` and `export`. */
import { Problem } from '../problem.js';
import { addressOf, NoAnswer, request } from './client.js';

/** The meaning of statuses of `/admin`, for the host. */
const REFUSALS = new Map([
  [401, 'ADMIN_PASSWORD is not that of the chat.'],
  [404, 'The chat has no ADMIN_PASSWORD, so it lets no host in. Set it there.'],
  [429, 'Too many wrong passwords came from here. Wait ten minutes.'],
]);

/**
 * Returns a function that asks `/admin` with the host's password. `by`: the user name in the list of actions.
 * `instead`: another way, if there is one. Throws a Problem without a password.
 *
 * @param {import('./client.js').VisitOptions} options
 * @param {string} by
 * @param {string} [instead]
 */
export function hostOf(options, by, instead = '') {
  const password = process.env.ADMIN_PASSWORD;
  if (!password) throw new Problem(`Set ADMIN_PASSWORD to the chat's${instead}.`);
  const url = addressOf(options);
  const headers = { Authorization: `Basic ${Buffer.from(`${by}:${password}`).toString('base64')}` };
  return (/** @type {string} */ path, /** @type {object | undefined} */ body = undefined) => {
    const json = body && { method: 'POST', body: JSON.stringify(body) };
    const typed = body && { 'Content-Type': 'application/json' };
    return request(url, path, { ...json, headers: { ...headers, ...typed } }).catch((error) => {
      const reason = error instanceof NoAnswer ? REFUSALS.get(error.status ?? 0) : undefined;
      throw reason ? new Problem(reason) : error;
    });
  };
}

/** A visitor of a chat over HTTP, for the commands that talk to one. */
import { Problem, reasonOf } from '../problem.js';

/** A poll is held for up to 25 s, and a chat that comes back from a restart takes its time. */
const TIMEOUT_MS = 60_000;
const LEAVE_TIMEOUT_MS = 2_000;
const DEFAULT_URL = `http://localhost:${process.env.PORT || 8080}`;

/**
 * Options that all of them have.
 *
 * @typedef {{ url?: string, name?: string, key?: string, owner?: string }} VisitOptions
 * @typedef {{ code: string, message: string, retryAfter?: number }} Failure
 * @typedef {{ type: string, id?: string, at: number, from: { id: number, name: string }, text?: string, data?: unknown,
 *   was?: string, private?: true }} ChatEvent
 */

/** The chat has refused a call. */
export class Refusal extends Problem {
  constructor(/** @type {Failure} */ { code, message, retryAfter }) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** No chat has answered, or not as one. `status`: of HTTP, if there is an answer. */
export class NoAnswer extends Problem {
  /**
   * @param {string} message
   * @param {number} [status]
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

export class Visitor {
  #url;
  #room;
  #options;
  /** @type {string | undefined} */
  #token;
  /** @type {string | undefined} the owner token of a room that this visitor has opened */
  opened;

  /**
   * @param {string} room
   * @param {VisitOptions} options
   */
  constructor(room, options) {
    this.#url = addressOf(options);
    this.#room = room;
    this.#options = options;
  }

  /**
   * Joins the room with so many events of its history. `cursor` is where `poll` begins.
   *
   * @param {number} history
   * @param {AbortSignal} [signal]
   */
  async join(history, signal) {
    const { name, key, owner } = this.#options;
    const fields = { room: this.#room, name, key, owner, history };
    const answer =
      /** @type {{ token: string, cursor: string, owner?: string, room: { history: ChatEvent[] } }} */
      (await call(this.#url, 'join', fields, signal));
    this.#token = answer.token;
    if (answer.owner && !this.opened) this.#tellOpened(answer.owner);
    return { cursor: answer.cursor, history: answer.room.history };
  }

  /**
   * Calls an operation as the user of this room.
   *
   * @param {string} operation
   * @param {object} fields
   * @param {AbortSignal} [signal]
   */
  call(operation, fields, signal) {
    return call(this.#url, operation, { token: this.#token, ...fields }, signal);
  }

  /** Ends the user. A chat that does not answer ends it later by itself. */
  async leave() {
    if (this.#token) await this.call('leave', {}, AbortSignal.timeout(LEAVE_TIMEOUT_MS)).catch(() => undefined);
  }

  #tellOpened(/** @type {string} */ token) {
    this.opened = token;
    console.error(`The room ${this.#room} is new, and you own it. Keep its owner token: ${token}`);
  }
}

/** Returns the chat's address, without a slash at its end. */
export function addressOf(/** @type {VisitOptions} */ { url = DEFAULT_URL }) {
  if (/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) return url.replace(/\/+$/, '');
  throw new Problem(`--url ${url} is not an http or https address.`);
}

/**
 * @param {string} url
 * @param {string} operation
 * @param {object} fields
 * @param {AbortSignal} [signal]
 */
function call(url, operation, fields, signal) {
  return request(url, `/api/${operation}`, { method: 'POST', body: JSON.stringify(fields), signal });
}

/**
 * Resolves with what the chat answers. Throws a Refusal or a NoAnswer.
 *
 * @param {string} url
 * @param {string} path
 * @param {Omit<RequestInit, 'signal'> & { signal?: AbortSignal | undefined }} options
 * @returns {Promise<any>}
 */
export async function request(url, path, { signal, ...options }) {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const both = signal ? AbortSignal.any([signal, timeout]) : timeout;
  const response = await fetch(url + path, { ...options, signal: both }).catch((error) => {
    if (signal?.aborted) throw error;
    throw new NoAnswer(`No chat answers at ${url} (${reasonOf(error)}). Start it, or give its address with --url.`);
  });
  const answer = /** @type {any} */ (await response.json().catch(() => null));
  if (answer?.ok === true) return answer;
  if (signal?.aborted) throw signal.reason;
  if (answer?.error) throw new Refusal(answer.error);
  if (answer?.message) throw new Problem(answer.message);
  const { status } = response;
  throw new NoAnswer(`No chat answers at ${url}: HTTP ${status} to ${path.replace(/\?.*/, '')}.`, status);
}

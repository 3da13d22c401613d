/**
 * The body of a message at a room's own address, or for a webhook: plain text, as `curl -d` and `--data-binary` send
 * it, a form, or JSON. `curl -d "text"` claims to send a form.
 */
import type { IncomingMessage } from 'node:http';
import { ChatError } from '../../../shared/protocol/errors.js';
import { TEXT_MAX } from '../../../shared/protocol/limits.js';
import { fromQuery, parseQuery } from '../operations/parameters/query.js';
import { fitsText } from '../operations/parameters/schemas.js';
import { FORM, objectIn, readText } from './request-body.js';

type Fields = Record<string, unknown>;

const JSON_TYPE = /^application\/(?:[\w.+-]*\+)?json\s*(?:;|$)/i;
const MULTIPART = /^multipart\//i;
/** A form that somebody has encoded. Any other text that claims to be a form stands as it is. */
const ENCODED_FORM = /^(?:text|payload)=/;
/** `echo` and editors end a text with a line break. */
const LAST_BREAKS = /[\r\n]+$/;
const ALLOWED = 'The body must be text, or a JSON object such as {"text":"hi"}.';

/** Resolves with the parameters of `post` that a body gives. Rejects with `bad_request` or `too_large`. */
export async function readPostBody(req: IncomingMessage): Promise<Fields> {
  const { text, type } = await readTyped(req);
  if (JSON_TYPE.test(type)) return objectIn(text, ALLOWED);
  if (FORM.test(type) && ENCODED_FORM.test(text)) return fromQuery(parseQuery(text), 'body');
  const object = text.startsWith('{') ? objectOrNull(text) : null;
  return object && ('text' in object || 'data' in object) ? object : { text: text.replace(LAST_BREAKS, '') };
}

/** The fields in which other programs give the text of a message: Slack, Discord, GitHub, Grafana, and the like. */
const TEXT_FIELDS = ['text', 'content', 'body', 'message', 'summary', 'title', 'description'];
/** A longer text is cut, as the program that sends it knows nothing of our limits. */
const CUT = '…';

/**
 * Resolves with the text that the body of a webhook's call gives. A JSON object needs a text in one of `TEXT_FIELDS`,
 * itself or in an object within. Rejects with `bad_request` or `too_large`.
 */
export async function readHookBody(req: IncomingMessage): Promise<Fields> {
  const { text, type } = await readTyped(req);
  const form = FORM.test(type) && ENCODED_FORM.test(text) ? fromQuery(parseQuery(text), 'body') : null;
  if (form && typeof form.text === 'string') return { text: cut(form.text) };
  const said = typeof form?.payload === 'string' ? form.payload : text;
  const object =
    JSON_TYPE.test(type) || form ? objectIn(said, ALLOWED) : said.startsWith('{') ? objectOrNull(said) : null;
  if (!object) return { text: cut(said.replace(LAST_BREAKS, '')) };
  const found = [object, ...Object.values(object)].map(textOf).find((one) => one !== undefined);
  if (found === undefined)
    throw new ChatError('bad_request', `The body needs a text as ${TEXT_FIELDS.join(', ')}.`, { field: 'body' });
  return { text: cut(found) };
}

function textOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return TEXT_FIELDS.map((field) => (value as Fields)[field]).find(
    (one): one is string => typeof one === 'string' && one.trim() !== '',
  );
}

function cut(text: string): string {
  if (fitsText(text)) return text;
  let characters = [...text].slice(0, TEXT_MAX - 1);
  while (!fitsText(characters.join('') + CUT)) characters = characters.slice(0, Math.floor(characters.length / 2));
  return characters.join('') + CUT;
}

async function readTyped(req: IncomingMessage): Promise<{ text: string; type: string }> {
  const type = req.headers['content-type'] ?? '';
  if (MULTIPART.test(type)) throw new ChatError('bad_request', ALLOWED, { field: 'body' });
  return { text: await readText(req), type };
}

function objectOrNull(text: string): Fields | null {
  try {
    return objectIn(text, ALLOWED);
  } catch {
    return null; // a text that begins with a brace
  }
}

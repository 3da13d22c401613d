/** Tokens: `<userId>.<random>`. Redis holds only their SHA-256, so a dump of Redis lets nobody in. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { ChatError } from '../protocol/errors.js';
import type { Credentials } from './store.js';

const TOKEN = /^([1-9]\d{0,15})\.[A-Za-z0-9_-]{24}$/;

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Returns the hash of a token, as a script's argument: '' for no token. */
export function hashOrNone(token: string | undefined): string {
  return token === undefined ? '' : hashToken(token);
}

/** Returns the random part of a new token: 144 bits. */
export function randomSecret(): string {
  return randomBytes(18).toString('base64url');
}

/** Returns the secret by which an outgoing hook signs, in the form of https://www.standardwebhooks.com: 192 bits. */
export function hookSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`;
}

/** Returns a part of a token that can be made again, but only with `key`: 144 bits of an HMAC-SHA-256. */
export function derivedSecret(key: string, about: string): string {
  return createHmac('sha256', key).update(about).digest().subarray(0, 18).toString('base64url');
}

/** Whether a text has the form of a token. The user need not exist. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * Returns a copy of a text without special characters, such as a token. The copy may be kept: a text that is cut out of
 * a URL keeps the whole URL in memory.
 */
export function ownCopy(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** Returns the id of the user in a token. Throws `unauthorized` for a text that cannot be a token. */
export function tokenUser(token: string): number {
  const match = TOKEN.exec(token);
  if (!match) throw unauthorized();
  return Number(match[1]);
}

/** Returns the credentials that the store checks. Throws `unauthorized` for a text that cannot be a token. */
export function parseToken(token: string): Credentials {
  return { id: tokenUser(token), tokenHash: hashToken(token) };
}

export function unauthorized(): ChatError {
  return new ChatError('unauthorized', 'This token is not valid, or has expired. Join again.');
}

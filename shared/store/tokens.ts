/** Tokens: `<userId>.<random>`. Redis holds only the SHA-256, so that a dump of it lets nobody in. */
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

/** A fresh random part of a token: 144 bits. */
export function randomSecret(): string {
  return randomBytes(18).toString('base64url');
}

/** A part of a token that only who has `key` can make again: 144 bits of its HMAC-SHA-256. */
export function derivedSecret(key: string, about: string): string {
  return createHmac('sha256', key).update(about).digest().subarray(0, 18).toString('base64url');
}

/** Whether a text has the form of a token, of a user that may never have been. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** A token to be remembered: what is cut out of a URL keeps all of the URL in memory. */
export function ownCopy(token: string): string {
  return Buffer.from(token, 'latin1').toString('latin1');
}

/** The id of the user a token claims to be. Throws `unauthorized` for what cannot be a token. */
export function tokenUser(token: string): number {
  const match = TOKEN.exec(token);
  if (!match) throw unauthorized();
  return Number(match[1]);
}

/** What the store asks for to believe a token. Throws `unauthorized` for what cannot be a token. */
export function parseToken(token: string): Credentials {
  return { id: tokenUser(token), tokenHash: hashToken(token) };
}

export function unauthorized(): ChatError {
  return new ChatError('unauthorized', 'This token is not, or no longer, valid: join again.');
}

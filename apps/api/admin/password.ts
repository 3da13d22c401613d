/** Protects what only the host may see by a password. Without a password none of it exists. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import basicAuth from 'basic-auth';
import type { Context, Middleware } from 'koa';
import type { PasswordAttempts } from './password-attempts.js';

/** Refuses requests that a page of another site makes the host's browser send. It would send the password along. */
export const requireSameSite: Middleware = (ctx, next) => {
  const from = ctx.get('Sec-Fetch-Site');
  if (ctx.method === 'GET' || from === 'same-origin' || from === 'none' || (from === '' && isOwn(ctx.req)))
    return next();
  ctx.status = 403; // not thrown: Koa would remove the security headers
  return undefined;
};

/** Over plain HTTP browsers tell only the origin. A proxy may change `Host`, or leave its port out. */
function isOwn({ headers }: IncomingMessage): boolean {
  const { origin } = headers;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { host, hostname } = new URL(origin);
  return [headers.host, headers['x-forwarded-host']].some((own) => own === host || own === hostname);
}

/** The checks that a request to the host's pages has to pass. */
export interface Entrance {
  /** Null: there is no password, and nobody gets in. */
  password: string | null;
  attempts: PasswordAttempts;
  addressOf: (req: IncomingMessage) => string;
}

/**
 * Lets requests with the password pass, whatever the user name. Answers 401 to others, 429 to an address with too many
 * wrong guesses, and 404 if there is no password.
 */
export function requirePassword({ password, attempts, addressOf }: Entrance): Middleware {
  return async (ctx, next) => {
    if (password === null) return refuse(ctx, 404);
    ctx.set('Cache-Control', 'no-store');
    const given = basicAuth(ctx.req)?.pass;
    if (given === undefined) return askFor(ctx);
    const address = addressOf(ctx.req);
    const wait = await attempts.count(address);
    if (wait > 0) return refuseUntil(ctx, wait);
    if (!sameText(given, password)) return askFor(ctx);
    void attempts.uncount(address).catch(() => undefined); // it counts as wrong until its window ends
    return next();
  };
}

/** Returns the user name that came with the password, for the record of actions. */
export function userNameOf(req: IncomingMessage): string {
  return (basicAuth(req)?.name ?? '').slice(0, 32);
}

function refuse(ctx: Context, status: number): void {
  ctx.status = status;
}

function askFor(ctx: Context): void {
  ctx.status = 401;
  ctx.set('WWW-Authenticate', 'Basic realm="nobackend-chat", charset="UTF-8"');
  ctx.body = 'A password is needed.';
}

function refuseUntil(ctx: Context, seconds: number): void {
  ctx.status = 429;
  ctx.set('Retry-After', String(seconds));
  ctx.body = `Too many wrong passwords from your address. Try again in ${Math.ceil(seconds / 60)} min.`;
}

/** Compares in constant time. The comparison needs equal lengths, so it compares hashes. */
function sameText(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

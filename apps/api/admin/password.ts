/** Who may see what only the host sees: who knows the password. Without a password none of it is there. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import basicAuth from 'basic-auth';
import type { Context, Middleware } from 'koa';
import type { PasswordAttempts } from './password-attempts.js';

/** Refuses what a page of another site makes the host's browser do: it would send the password along. */
export const requireSameSite: Middleware = (ctx, next) => {
  const from = ctx.get('Sec-Fetch-Site');
  if (ctx.method === 'GET' || from === 'same-origin' || from === 'none' || (from === '' && isOwn(ctx.req)))
    return next();
  ctx.status = 403; // not thrown: Koa would take the security headers off
  return undefined;
};

/** Over plain HTTP browsers say no more than the origin. A proxy may have another name for `Host`, or leave its port out. */
function isOwn({ headers }: IncomingMessage): boolean {
  const { origin } = headers;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { host, hostname } = new URL(origin);
  return [headers.host, headers['x-forwarded-host']].some((own) => own === host || own === hostname);
}

/** The password, and what counts guesses of it. */
export interface Entrance {
  /** Null: there is none, and nobody gets in. */
  password: string | null;
  attempts: PasswordAttempts;
  addressOf: (req: IncomingMessage) => string;
}

/**
 * Lets through who knows the password, whatever the name. Answers 401 to others, 429 to an address that has guessed too often, and 404
 * when there is no password.
 */
export function requirePassword({ password, attempts: passwords, addressOf }: Entrance): Middleware {
  return async (ctx, next) => {
    if (password === null) return refuse(ctx, 404);
    ctx.set('Cache-Control', 'no-store');
    const given = basicAuth(ctx.req)?.pass;
    if (given === undefined) return askFor(ctx);
    const address = addressOf(ctx.req);
    const wait = await passwords.count(address);
    if (wait > 0) return refuseUntil(ctx, wait);
    if (!sameText(given, password)) return askFor(ctx);
    void passwords.uncount(address).catch(() => undefined); // it counts as wrong until its time is over
    return next();
  };
}

/** The name that came with the password, as the list of acts has it. */
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

/** Compares in constant time; hashed first, since the comparison wants equal lengths. */
function sameText(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** What only the host sees: the queues' board and the figures. Without a password neither is there. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { KoaAdapter } from '@bull-board/koa';
import basicAuth from 'basic-auth';
import type { Queue } from 'bullmq';
import type { Middleware } from 'koa';

export const QUEUES_PATH = '/admin/queues';

/** Refuses what a page of another site makes the host's browser do: it would send the password along. */
export const requireSameSite: Middleware = (ctx, next) => {
  const from = ctx.get('Sec-Fetch-Site');
  if (ctx.method === 'GET' || from === '' || from === 'same-origin' || from === 'none') return next();
  ctx.status = 403; // not thrown: Koa would take the security headers off
  return undefined;
};

/** Lets through who knows the password, whatever the name; answers 401 to others, 404 when there is no password. */
export function requirePassword(password: string | null): Middleware {
  return (ctx, next) => {
    if (password === null) {
      ctx.status = 404;
      return undefined;
    }
    ctx.set('Cache-Control', 'no-store');
    const given = basicAuth(ctx.req)?.pass;
    if (given !== undefined && sameText(given, password)) return next();
    ctx.status = 401;
    ctx.set('WWW-Authenticate', 'Basic realm="nobackend-chat", charset="UTF-8"');
    ctx.body = 'A password is needed.';
    return undefined;
  };
}

/** Compares in constant time; hashed first, since the comparison wants equal lengths. */
function sameText(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** Bull Board over the queues. */
export function queueBoard(queues: Queue[]): Middleware {
  const adapter = new KoaAdapter();
  adapter.setBasePath(QUEUES_PATH);
  createBullBoard({ queues: queues.map((queue) => new BullMQAdapter(queue)), serverAdapter: adapter });
  return adapter.registerPlugin();
}

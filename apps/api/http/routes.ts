/** Everything that is no operation: health, readiness, figures, the queues' board, the pages. */
import { METHODS } from 'node:http';
import Router, { type RouterContext } from '@koa/router';
import type { Queue } from 'bullmq';
import type { Middleware } from 'koa';
import helmet from 'koa-helmet';
import type { Availability } from '../../../shared/redis/availability.js';
import type { Store } from '../../../shared/store/store.js';
import { QUEUES_PATH, queueBoard } from '../admin/queue-board.js';
import type { DashboardSources } from '../admin/dashboard.js';
import { type Entrance, requirePassword, requireSameSite } from '../admin/password.js';
import { addAdminRoutes } from '../admin/routes.js';
import type { AddressHash } from '../limits/address-hash.js';
import { draining } from './response.js';
import type { Readiness } from './readiness.js';
import { servePages } from './static-files.js';

export interface RouteParts extends DashboardSources {
  readiness: Readiness;
  entrance: Entrance;
  addressHash: AddressHash;
  queues: Queue[];
}

export function routes(parts: RouteParts): Middleware[] {
  const { store, availability, readiness, metrics, queues } = parts;
  const router = new Router({ methods: METHODS, sensitive: true }); // it answers 501 to a method it has not been told of; /ADMIN would have other headers than /admin
  const hostOnly = requirePassword(parts.entrance);
  const whileUp = requireRedis(store);
  router.get('/health', health(availability));
  router.get('/ready', ready(readiness));
  router.get('/metrics', hostOnly, whileUp, async (ctx: RouterContext) => {
    ctx.type = 'text/plain; version=0.0.4; charset=utf-8';
    ctx.body = await metrics.readAll();
  });
  if (parts.entrance.password !== null) addAdminRoutes(router, hostOnly, parts);
  const board = [hostOnly, requireSameSite, whileUp, queueBoard(queues)].map((middleware) =>
    onBoard(middleware, (_, next) => next()),
  );
  // the router's own type of context is narrower than Koa's, though it makes one out of the other
  const ofRouter = [router.routes(), router.allowedMethods()] as unknown as Middleware[];
  return [drain, headers(), ...board, ...ofRouter, servePages()];
}

function health(availability: Availability) {
  return async (ctx: RouterContext): Promise<void> => {
    const reason = await availability.check();
    ctx.status = reason === null ? 200 : 503;
    ctx.body = reason === null ? { ok: true, redis: 'up' } : { ok: false, redis: 'away', reason };
    ctx.set('Cache-Control', 'no-store');
  };
}

function ready(readiness: Readiness) {
  return async (ctx: RouterContext): Promise<void> => {
    const reason = await readiness.reason();
    ctx.status = reason === null ? 200 : 503;
    ctx.body = reason === null ? { ok: true } : { ok: false, reason };
    ctx.set('Cache-Control', 'no-store');
  };
}

/** Says at once that Redis is away, for which the board of the queues would wait. */
function requireRedis({ redis }: Store): Middleware {
  return (ctx, next) => {
    if (redis.status === 'ready') return next();
    ctx.status = 503;
    ctx.body = 'Redis is away.';
    return undefined;
  };
}

const drain: Middleware = (ctx, next) => {
  if (draining.now) ctx.set('Connection', 'close');
  return next();
};

/** Our own pages run only our own scripts and call only us. */
const OWN_PAGES = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  frameAncestors: ["'self'"],
  formAction: ["'self'", 'https://jsfiddle.net', 'https://codepen.io', 'https://stackblitz.com'],
};
/** Bull Board sets its base address and styles in its page; the fonts it would fetch elsewhere it does without. */
const BOARD = {
  ...OWN_PAGES,
  styleSrc: ["'self'", "'unsafe-inline'"],
  baseUri: ["'self'"],
  frameAncestors: ["'none'"],
};
const HOSTS = /^\/(admin|metrics)/;
/** A room for frames of any page, of a file and a sandboxed frame too, which "*" would leave out. */
const EMBED = /^\/embed\/[A-Za-z0-9._-]{1,64}$/;
const { frameAncestors: _, ...EMBEDDED } = OWN_PAGES;
/** The host's page sends nothing anywhere else either. */
const HOST_PAGE = { ...OWN_PAGES, formAction: ["'none'"], frameAncestors: ["'none'"] };
const DOCTOR_FRAME = '/doctor-frame.html';
/**
 * The frame that calls us as a foreign page would. It has no origin, however it is opened. In WebKit nothing is 'self' to a page
 * without an origin, and a proxy may hide our own name from us: so it may load from anywhere, with nothing to lose.
 */
const NO_ORIGIN = {
  ...OWN_PAGES,
  sandbox: ['allow-scripts'],
  scriptSrc: ["'self'", 'http:', 'https:'],
  connectSrc: ["'self'", 'http:', 'https:'],
};

function headers(): Middleware {
  const [board, host, others] = [
    headersWith(BOARD, 'same-origin'),
    headersWith(HOST_PAGE, 'same-origin'),
    headersWith(OWN_PAGES, 'cross-origin'),
  ];
  const frame = headersWith(NO_ORIGIN, 'cross-origin');
  const embedded = headersWith({ ...EMBEDDED, formAction: ["'none'"] }, 'cross-origin');
  return onBoard(board, (ctx, next) => {
    if (ctx.path === DOCTOR_FRAME) return frame(ctx, next);
    if (EMBED.test(ctx.path)) return embedded(ctx, next);
    return HOSTS.test(ctx.path) ? host(ctx, next) : others(ctx, next);
  });
}

/** One middleware for the board of the queues, another for everything else. */
function onBoard(board: Middleware, others: Middleware): Middleware {
  return (ctx, next) => (ctx.path.startsWith(QUEUES_PATH) ? board(ctx, next) : others(ctx, next));
}

/**
 * Pages of other origins load our scripts, hence the cross-origin resource policy. What is only for HTTPS (HSTS, upgrade)
 * is left to who terminates TLS.
 */
function headersWith(directives: Record<string, string[]>, policy: 'same-origin' | 'cross-origin'): Middleware {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    crossOriginResourcePolicy: { policy },
    crossOriginOpenerPolicy: false,
    xFrameOptions: 'frameAncestors' in directives,
    strictTransportSecurity: false,
    originAgentCluster: false,
  });
}

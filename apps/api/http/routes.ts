/** Everything that is not an operation: probes, metrics, the admin page, the queue board, static files. */
import { METHODS } from 'node:http';
import Router, { type RouterContext } from '@koa/router';
import type { Queue } from 'bullmq';
import type { Middleware } from 'koa';
import type { Store } from '../../../shared/store/store.js';
import type { DashboardSources } from '../admin/dashboard.js';
import { type Entrance, requirePassword, requireSameSite } from '../admin/password.js';
import { QUEUES_PATH, queueBoard } from '../admin/queue-board.js';
import { addAdminRoutes } from '../admin/routes.js';
import type { AddressHash } from '../limits/address-hash.js';
import type { Pressure } from '../limits/shares/pressure.js';
import type { Shares } from '../limits/shares/shares.js';
import { draining } from './draining.js';
import { addProbes, type Readiness } from './probes.js';
import { securityHeaders } from './security-headers.js';
import { serveStaticFiles } from './static-files.js';
import { addStatus, Status } from './status.js';

export interface RouteParts extends DashboardSources {
  readiness: Readiness;
  entrance: Entrance;
  addressHash: AddressHash;
  shares: Shares;
  pressure: Pressure;
  queues: Queue[];
}

export function routes(parts: RouteParts): Middleware[] {
  const { store, availability, readiness, metrics, queues, entrance, pressure } = parts;
  // without `methods` the router answers 501 to a method it does not know; /ADMIN would get other headers than /admin
  const router = new Router({ methods: METHODS, sensitive: true });
  const hostOnly = requirePassword(entrance);
  const whileRedisIsUp = requireRedis(store);
  addProbes(router, availability, readiness);
  addStatus(router, new Status({ availability, pressure, store }).watch());
  router.get('/metrics', hostOnly, whileRedisIsUp, async (ctx: RouterContext) => {
    ctx.type = 'text/plain; version=0.0.4; charset=utf-8';
    ctx.body = await metrics.readAll();
  });
  if (entrance.password !== null) addAdminRoutes(router, hostOnly, parts);
  const board = [hostOnly, requireSameSite, whileRedisIsUp, queueBoard(queues)].map(onQueuesPath);
  // the router's type of context is narrower than Koa's, although it makes one out of the other
  const routed = [router.routes(), router.allowedMethods()] as unknown as Middleware[];
  return [closeWhileDraining, securityHeaders(), ...board, ...routed, serveStaticFiles(store.config)];
}

/** Answers 503 at once while Redis is away. The queue board would wait for Redis. */
function requireRedis({ redis }: Store): Middleware {
  return (ctx, next) => {
    if (redis.status === 'ready') return next();
    ctx.status = 503;
    ctx.body = 'Redis is away.';
    return undefined;
  };
}

const closeWhileDraining: Middleware = (ctx, next) => {
  if (draining.now) ctx.set('Connection', 'close');
  return next();
};

/** Runs a middleware only for the paths of the queue board. */
function onQueuesPath(middleware: Middleware): Middleware {
  return (ctx, next) => (ctx.path.startsWith(QUEUES_PATH) ? middleware(ctx, next) : next());
}

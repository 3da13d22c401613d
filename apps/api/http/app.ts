/** The Koa application: operations first and alone, everything else behind them. */
import Koa, { type Middleware } from 'koa';
import { type ServeOperation, serveOperations } from './dispatch.js';
import type { Served } from './exchange.js';
import { type Routed, routes } from './routes.js';

/** What a client does to its own connection, broken HTTP included: nothing that the host's log should fill up with. */
const CONNECTION = /^(HPE_|ECONN|EPIPE|ERR_STREAM|ERR_HTTP_REQUEST_TIMEOUT)/;

export function createApp(serve: ServeOperation, served: Served, routed: Routed): Koa {
  const app = new Koa();
  app.use(requirePath);
  app.use(serveOperations(serve));
  for (const middleware of routes(routed)) app.use(middleware);
  app.on('error', (error: Error & { expose?: boolean; code?: unknown }) => {
    if (error.expose) return;
    if (CONNECTION.test(String(error.code))) served.log.debug({ error: error.message }, 'request failed');
    else served.failed(error);
  });
  return app;
}

/** A request target need not be a path: for `http://[` there is none, and Koa throws when asked for it. */
const requirePath: Middleware = (ctx, next) => {
  if (pathOf(ctx.request) !== null) return next();
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.status = 400;
  return undefined;
};

function pathOf(request: { path: string | null }): string | null {
  try {
    return request.path;
  } catch {
    return null;
  }
}

/** The Koa application: operations come first, everything else behind them. */
import Koa, { type Middleware } from 'koa';
import { type Dispatch, dispatchOperations } from './dispatch.js';
import type { Monitoring } from './exchange.js';
import { type RouteParts, routes } from './routes.js';

/** Faults of a client's own connection, broken HTTP included. They must not fill the host's log. */
const CONNECTION_ERROR = /^(HPE_|ECONN|EPIPE|ERR_STREAM|ERR_HTTP_REQUEST_TIMEOUT)/;

export function createKoaApp(dispatch: Dispatch, rooms: Middleware, monitoring: Monitoring, parts: RouteParts): Koa {
  const app = new Koa();
  app.use(requirePath);
  app.use(dispatchOperations(dispatch));
  app.use(rooms);
  for (const middleware of routes(parts)) app.use(middleware);
  app.on('error', (error: Error & { expose?: boolean; code?: unknown }) => {
    if (error.expose) return;
    if (CONNECTION_ERROR.test(String(error.code))) monitoring.log.debug({ error: error.message }, 'request failed');
    else monitoring.reportFailure(error);
  });
  return app;
}

/** Answers 400 to a request target without a path, such as `http://[`. Koa would throw when asked for the path. */
const requirePath: Middleware = (ctx, next) => {
  if (pathOf(ctx.request) !== null) return next();
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.status = 400;
  return undefined;
};

function pathOf(request: { url: string; path: string | null }): string | null {
  // Node would warn of an address that is none, once in each process
  if (/^[^/*]/.test(request.url) && !URL.canParse(request.url)) return null;
  try {
    return request.path;
  } catch {
    return null;
  }
}

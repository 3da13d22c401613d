/** `/admin`: the host's page, its figures and acts. All of it behind the password; the page's files too. */
import { fileURLToPath } from 'node:url';
import type Router from '@koa/router';
import type { RouterContext } from '@koa/router';
import type { Middleware } from 'koa';
import serve from 'koa-send';
import rawBody from 'raw-body';
import type { AddressLookupReply, OperatorActionReply } from '../../../shared/protocol/admin.js';
import { ChatError } from '../../../shared/protocol/errors.js';
import type { AddressHash } from '../limits/address-hash.js';
import { act, checkAction, lookAtAddress } from './actions.js';
import { type DashboardSources, readBusy, readDashboard } from './dashboard.js';
import { type Entrance, requireSameSite, userNameOf } from './password.js';

const root = fileURLToPath(new URL('../../web/admin/', import.meta.url));
const FILES = {
  '/admin': 'admin.html',
  '/admin/admin.js': 'admin.js',
  '/admin/board.js': 'board.js',
  '/admin/admin.css': 'admin.css',
};
/** Bytes of an act. */
const BODY_BYTES_MAX = 2_048;

type AdminSources = DashboardSources & { addressHash: AddressHash; entrance: Entrance };

/** Adds the routes; `guard` lets only the host through. */
export function addAdminRoutes(router: Router, hostOnly: Middleware, sources: AdminSources): void {
  for (const [path, file] of Object.entries(FILES))
    router.get(path, hostOnly, toPlace, async (ctx: RouterContext) => {
      await serve(ctx, file, { root });
    });
  router.get('/admin/figures', hostOnly, async (ctx: RouterContext) => {
    ctx.body = await readDashboard(sources, Number(ctx.query.since) || 0);
  });
  const { store, addressHash: salt, samples, entrance } = sources;
  const post = (
    path: string,
    work: (req: RouterContext['req']) => Promise<OperatorActionReply | AddressLookupReply>,
  ): unknown =>
    router.post(path, hostOnly, requireSameSite, requireJson, async (ctx: RouterContext) => {
      const { status, reply } = await replyTo(() => work(ctx.req), sources);
      ctx.status = status;
      ctx.body = reply;
    });
  post('/admin/act', async (req) =>
    act({ store, addressHash: salt, by: userNameOf(req) }, checkAction(await readJson(req))),
  );
  post('/admin/address', async (req) =>
    lookAtAddress(
      { store, addressHash: salt },
      () => readBusy(store, samples),
      entrance.addressOf(req),
      await readJson(req),
    ),
  );
}

/** The page's addresses go by its depth: with a slash at its end it would be another. */
const toPlace: Middleware = (ctx, next) => (ctx.path.endsWith('/') ? ctx.redirect('../admin') : next());

/** A form of another site can have no such body. */
const requireJson: Middleware = (ctx, next) => {
  if (ctx.is('application/json')) return next();
  ctx.status = 415;
  return undefined;
};

/** The one catch of an act. What is no ChatError is Redis away, or a fault of ours. */
async function replyTo(
  work: () => Promise<OperatorActionReply | AddressLookupReply>,
  { availability }: DashboardSources,
): Promise<{ status: number; reply: OperatorActionReply | AddressLookupReply }> {
  try {
    return { status: 200, reply: await work() };
  } catch (error) {
    if (error instanceof ChatError) return { status: error.status, reply: { ok: false, message: error.message } };
    availability.failed(error);
    return { status: 503, reply: { ok: false, message: 'That could not be done: Redis is away, or refuses it.' } };
  }
}

async function readJson(req: RouterContext['req']): Promise<unknown> {
  try {
    return JSON.parse(await rawBody(req, { limit: BODY_BYTES_MAX, encoding: 'utf-8' })) as unknown;
  } catch {
    throw new ChatError('bad_request', 'The body must be a small JSON object.');
  }
}

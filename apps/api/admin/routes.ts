/** `/admin`: the host's page, its numbers and actions. All of it needs the password, the page's files too. */
import { fileURLToPath } from 'node:url';
import type Router from '@koa/router';
import type { RouterContext } from '@koa/router';
import type { Middleware } from 'koa';
import serve from 'koa-send';
import rawBody from 'raw-body';
import type {
  AddressLookupReply,
  AnnounceReply,
  OperatorActionReply,
  UsageReply,
} from '../../../shared/protocol/admin.js';
import { ChatError } from '../../../shared/protocol/errors.js';
import type { AddressHash } from '../limits/address-hash.js';
import type { Shares } from '../limits/shares/shares.js';
import { readUsage, USAGE_DAYS_MAX } from '../limits/shares/usage.js';
import { checkAction, lookUpAddress, runAction } from './actions.js';
import { checkAnnouncement, runAnnouncement } from './announce.js';
import { type DashboardSources, readBusy, readDashboard } from './dashboard.js';
import { type Entrance, requireSameSite, userNameOf } from './password.js';
import { exportRoom, searchRooms } from './rooms.js';

const root = fileURLToPath(new URL('../../web/admin/', import.meta.url));
const FILES = {
  '/admin': 'admin.html',
  '/admin/admin.js': 'admin.js',
  '/admin/board.js': 'queue-board-base.js',
  '/admin/admin.css': 'admin.css',
};
const BODY_BYTES_MAX = 2_048;

type AdminSources = DashboardSources & { addressHash: AddressHash; entrance: Entrance; shares: Shares };

/** Adds the routes. `hostOnly` lets only the host pass. */
export function addAdminRoutes(router: Router, hostOnly: Middleware, sources: AdminSources): void {
  for (const [path, file] of Object.entries(FILES))
    router.get(path, hostOnly, redirectSlash, async (ctx: RouterContext) => {
      await serve(ctx, file, { root });
    });
  router.get('/admin/figures', hostOnly, async (ctx: RouterContext) => {
    ctx.body = await readDashboard(sources, Number(ctx.query.since) || 0);
  });
  const { store, addressHash, samples, entrance } = sources;
  router.get('/admin/rooms', hostOnly, async (ctx: RouterContext) => {
    const { status, reply } = await replyTo(() => searchRooms(store, String(ctx.query.search ?? '')), sources);
    ctx.status = status;
    ctx.body = reply;
  });
  router.get('/admin/usage', hostOnly, async (ctx: RouterContext) => {
    const { status, reply } = await replyTo(() => usageOf(sources, Number(ctx.query.days)), sources);
    ctx.status = status;
    ctx.body = reply;
  });
  router.get('/admin/export', hostOnly, async (ctx: RouterContext) => {
    const { room, before } = ctx.query;
    const given = before === undefined ? undefined : String(before);
    const { status, reply } = await replyTo(() => exportRoom(store, String(room ?? ''), given), sources);
    ctx.status = status;
    ctx.body = reply;
  });
  const post = (
    path: string,
    work: (req: RouterContext['req']) => Promise<OperatorActionReply | AddressLookupReply | AnnounceReply>,
  ): unknown =>
    router.post(path, hostOnly, requireSameSite, requireJson, async (ctx: RouterContext) => {
      const { status, reply } = await replyTo(() => work(ctx.req), sources);
      ctx.status = status;
      ctx.body = reply;
    });
  post('/admin/act', async (req) =>
    runAction({ store, addressHash, by: userNameOf(req) }, checkAction(await readJson(req))),
  );
  post('/admin/announce', async (req) =>
    runAnnouncement(store, userNameOf(req), checkAnnouncement(await readJson(req))),
  );
  post('/admin/address', async (req) =>
    lookUpAddress({ store, addressHash }, () => readBusy(store, samples), entrance.addressOf(req), await readJson(req)),
  );
}

/** Links in the page depend on the depth of its path, so its path must not end with a slash. */
const redirectSlash: Middleware = (ctx, next) => (ctx.path.endsWith('/') ? ctx.redirect('../admin') : next());

/** Resolves with what pages have used in the last days. Rejects with `bad_request` for another number of days. */
async function usageOf({ store, shares }: AdminSources, days: number): Promise<UsageReply> {
  if (!(Number.isInteger(days) && days >= 1 && days <= USAGE_DAYS_MAX))
    throw new ChatError('bad_request', `days must be a number from 1 to ${USAGE_DAYS_MAX}.`);
  const used = await readUsage(store, days);
  return { ok: true, used: used.map((one) => ({ ...one, heldBack: shares.isHeldBack(one.origin, one.room) })) };
}

/** A form of another site cannot send JSON. */
const requireJson: Middleware = (ctx, next) => {
  if (ctx.is('application/json')) return next();
  ctx.status = 415;
  return undefined;
};

/** All errors of an action end here. An error that is not a ChatError means that Redis is away, or our own fault. */
async function replyTo<Reply>(
  work: () => Promise<Reply>,
  { availability }: DashboardSources,
): Promise<{ status: number; reply: Reply | { ok: false; message: string } }> {
  try {
    return { status: 200, reply: await work() };
  } catch (error) {
    if (error instanceof ChatError) return { status: error.status, reply: { ok: false, message: error.message } };
    availability.failed(error);
    return { status: 503, reply: { ok: false, message: 'This failed: Redis is away, or refuses it.' } };
  }
}

async function readJson(req: RouterContext['req']): Promise<unknown> {
  try {
    return JSON.parse(await rawBody(req, { limit: BODY_BYTES_MAX, encoding: 'utf-8' })) as unknown;
  } catch {
    throw new ChatError('bad_request', 'The body must be a small JSON object.');
  }
}

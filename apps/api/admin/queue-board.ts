/** Bull Board shows the queues and their jobs on a page for the host. */
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { KoaAdapter } from '@bull-board/koa';
import type { Queue } from 'bullmq';
import type { Middleware } from 'koa';

export const QUEUES_PATH = '/admin/queues';

/** Its page loads fonts from elsewhere. Our policy would refuse them with an error in the console. */
const FOREIGN = /<link href="https:[^>]*>/g;
/**
 * Its base address, which is wrong if a proxy serves us below a path. Ours is relative, and a script of ours turns it
 * into a path.
 */
const BASE = /<base href="[^"]*" \/>/;
/** The link back. It is in a corner where the board shows nothing. */
const BACK =
  '<a href="../../admin" style="position:fixed;z-index:9;bottom:1rem;right:1rem;padding:.5rem 1rem;' +
  'border-radius:1.5rem;background:#0d6a55;color:#fff;font:600 1rem system-ui,sans-serif">← Host</a>';

/** Returns Bull Board over the queues, with a link back to the admin page. */
export function queueBoard(queues: Queue[]): Middleware {
  const adapter = new KoaAdapter();
  adapter.setBasePath(QUEUES_PATH);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue)),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Queues' } },
  });
  const board = adapter.registerPlugin();
  return async (ctx, next) => {
    await board(ctx, next);
    if (typeof ctx.body !== 'string' || ctx.type !== 'text/html') return;
    const toAdmin = '../'.repeat(ctx.path.split('/').length - 3);
    const base = `<base href="${toAdmin}queues/" /><script src="../board.js"></script>`;
    ctx.body = ctx.body.replace(FOREIGN, '').replace(BASE, base).replace('<div id="root">', `${BACK}$&`);
  };
}

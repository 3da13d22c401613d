/** Bull Board: the queues, and their jobs, at a path of the host's. */
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { KoaAdapter } from '@bull-board/koa';
import type { Queue } from 'bullmq';
import type { Middleware } from 'koa';

export const QUEUES_PATH = '/admin/queues';

/** Its page asks others for fonts, which our policy would refuse with an error in the console. */
const FOREIGN = /<link href="https:[^>]*>/g;
/** Its base address, which is another where a proxy has us below a path: ours is relative, and a script of ours makes a path of it. */
const BASE = /<base href="[^"]*" \/>/;
/** In a corner, where nothing of the board is. */
const BACK =
  '<a href="../../admin" style="position:fixed;z-index:9;bottom:1rem;right:1rem;padding:.5rem 1rem;border-radius:1.5rem;background:#0d6a55;color:#fff;font:600 1rem system-ui,sans-serif">← Host</a>';

/** Bull Board over the queues, with a way back. */
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
    const base = `<base href="${'../'.repeat(ctx.path.split('/').length - 3)}queues/" /><script src="../board.js"></script>`;
    ctx.body = ctx.body.replace(FOREIGN, '').replace(BASE, base).replace('<div id="root">', `${BACK}$&`);
  };
}

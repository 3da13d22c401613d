/** Bull Board: the queues, and their jobs, at a path of the host's. */
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { KoaAdapter } from '@bull-board/koa';
import type { Queue } from 'bullmq';
import type { Middleware } from 'koa';

export const QUEUES_PATH = '/admin/queues';

/** Its page asks others for fonts, which our policy would refuse with an error in the console. */
const FOREIGN = /<link href="https:[^>]*>/g;
const BACK = '<p style="margin:0;padding:.5rem 1rem;font:600 .95rem system-ui,sans-serif"><a href="/admin">← Host</a></p>';

/** Bull Board over the queues, with a way back. */
export function queueBoard(queues: Queue[]): Middleware {
  const adapter = new KoaAdapter();
  adapter.setBasePath(QUEUES_PATH);
  createBullBoard({ queues: queues.map((queue) => new BullMQAdapter(queue)), serverAdapter: adapter, options: { uiConfig: { boardTitle: 'Queues' } } });
  const board = adapter.registerPlugin();
  return async (ctx, next) => {
    await board(ctx, next);
    if (typeof ctx.body === 'string' && ctx.type === 'text/html') ctx.body = ctx.body.replace(FOREIGN, '').replace('<div id="root">', `${BACK}$&`);
  };
}

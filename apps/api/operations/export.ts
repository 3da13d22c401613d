import { readContents } from '../../../shared/store/room-contents.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/**
 * Returns a room as `import` takes it: rules, values and the newest messages. With `before` it returns only the
 * messages before that one.
 */
export const exportRoom: Operation<'export'> = async ({ store }, { before, ...given }, reply) => {
  const actor = await authorizeActor(store, given, 'message');
  const page = await readContents(store, actor, before);
  reply.countRead?.(page.skipped);
  return ok({ data: page.contents, ...(page.before !== undefined && { before: page.before }) });
};

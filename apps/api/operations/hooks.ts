import { listHooks } from '../../../shared/store/hooks-out.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Lists the outgoing hooks of a room for its owner, and says whether the host allows them. */
export const hooks: Operation<'hooks'> = async ({ store }, given) => {
  const actor = await authorizeActor(store, given, 'message');
  return ok({ hooks: await listHooks(store, actor), allowed: store.config.hooksOut });
};

import { listHooks } from '../../../shared/store/hooks-out.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Lists the outgoing hooks of a room for its owner. */
export const hooks: Operation<'hooks'> = async ({ store }, given) =>
  ok({ hooks: await listHooks(store, await authorizeActor(store, given, 'message')) });

import { readAudit } from '../../../shared/store/room-rules.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** What was done to keep a room in order, newest last, and what holds there now. */
export const audit: Operation<'audit'> = async ({ store }, given) => {
  const { acts, ...now } = await readAudit(store, await authorizeActor(store, given));
  return ok(now, { acts });
};

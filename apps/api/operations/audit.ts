import { readAudit } from '../../../shared/store/room-overview.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Returns the moderation actions in a room, newest last, and the roles, mutes and bans in force. */
export const audit: Operation<'audit'> = async ({ store }, given) => {
  const { acts, ...now } = await readAudit(store, await authorizeActor(store, given));
  return ok(now, { acts });
};

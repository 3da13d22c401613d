import { readAudit } from '../../../shared/store/room-overview.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Returns the moderation actions in a room, newest last, and the roles, mutes and bans in force. */
export const audit: Operation<'audit'> = async ({ store }, given) => {
  const { acts, ...now } = await readAudit(store, await authorizeActor(store, given));
  const keeps = { empty: store.config.roomTtl, owned: store.config.ownedTtl };
  return ok(now.role === 'owner' ? { ...now, keeps } : now, { acts });
};

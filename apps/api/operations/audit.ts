import { readAudit } from '../../../shared/store/owners.js';
import type { Operation } from '../operation.js';
import { ok } from '../respond.js';
import { acting } from './acting.js';

/** What a room's owner has done there, newest last. */
export const audit: Operation<'audit'> = async ({ store }, given) => {
  const { room, owner } = await acting(store, given);
  return ok({}, { acts: await readAudit(store, room, owner) });
};

import { ChatError } from '../../../shared/protocol/errors.js';
import { endHook, makeHook, readHooks } from '../../../shared/store/hooks-in.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Makes an incoming webhook of a room, or ends one. Returns all of them, and the secret of a new one, once. */
export const incoming: Operation<'incoming'> = async ({ store }, { name, end, ...given }) => {
  if (name !== undefined && end !== undefined)
    throw new ChatError('bad_request', 'Give name or end, not both.', { field: 'end' });
  const actor = await authorizeActor(store, given);
  const made = name === undefined ? null : await makeHook(store, actor, name);
  if (end !== undefined) await endHook(store, actor, end);
  const hooks = await readHooks(store, actor);
  return ok({ hooks, ...(made && { hook: made.id, path: `/h/${made.secret}` }) });
};

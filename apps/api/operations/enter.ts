import { authorize } from '../../../shared/store/authorize.js';
import { enterRoom } from '../../../shared/store/memberships.js';
import { freshOwner } from '../../../shared/store/owners.js';
import { extendStay } from '../../../shared/store/stays.js';
import { parseToken } from '../../../shared/store/tokens.js';
import { readBlocked } from '../../../shared/store/user-blocks.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';
import { admit } from './shared/admit.js';
import { historyFor, roomView } from './shared/room-view.js';

/** Lets a user enter another room. */
export const enter: Operation<'enter'> = async (context, parameters, reply) => {
  const { store, presence } = context;
  const { token, room, owner, key, secret, history } = parameters;
  const { id, tokenHash } = parseToken(token);
  const { name } = await authorize(store, { id, tokenHash }, { cost: 'presence' });
  const { origin, network } = reply.client();
  const addresses = await reply.addressHashes();
  const entry = { fresh: freshOwner(store, room, token), owner, key, secret, addresses, name, origin };
  await admit(context, room, { id, name }, entry);
  await reply.countEntry?.(room);
  const { owns, stay } = await enterRoom(store, room, id, tokenHash, entry);
  if (stay !== null) await extendStay(store, room, stay, network);
  presence.announce(room);
  const [view, blocked] = await Promise.all([
    roomView(context, room, id, historyFor(reply, history)),
    readBlocked(store, id),
  ]);
  return ok({ ...(owns && { owner: entry.fresh }), ...(blocked.length > 0 && { blocked }) }, { room: view });
};

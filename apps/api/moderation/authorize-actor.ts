import { authorizeIn, type Charge } from '../../../shared/store/authorize.js';
import type { Actor } from '../../../shared/store/moderation.js';
import type { Store } from '../../../shared/store/store.js';
import { parseToken } from '../../../shared/store/tokens.js';

/**
 * Resolves with the actor of a moderation action: the user of `token`, who must be in the room. Redis checks the role,
 * or the owner token, in the same step as it acts. `cost`: of the call, in its user's rate.
 */
export async function authorizeActor(
  store: Store,
  { token, room, owner }: { token: string; room: string; owner?: string | undefined },
  cost: Charge['cost'] = 'presence',
): Promise<Actor> {
  const user = parseToken(token);
  const { name } = await authorizeIn(store, user, room, { cost });
  return { room, by: { id: user.id, name }, owner };
}

import { notInRoom } from '../../../shared/store/denials.js';
import { UNFILTERED } from '../../../shared/store/messages.js';
import { importedValues, importMessages } from '../../../shared/store/room-contents.js';
import { randomSecret } from '../../../shared/store/tokens.js';
import { writeValue } from '../../../shared/store/values.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';
import { checkParameters } from './parameters/check.js';
import { setRules } from './rules.js';

/**
 * Fills an empty room with a part of what `export` has returned. If the process dies between the steps, the client
 * sends the part again: no step is done twice. A part that is done writes nothing over what came later.
 */
export const importRoom: Operation<'import'> = async (
  context,
  { id = randomSecret(), part = 0, data, token, room, owner },
) => {
  const { store, serverFilter, fanOut } = context;
  const { rules = {}, values = {} } = data;
  const messages = (data.messages ?? []).map((message) => serverFilter.apply(message));
  const { token: _, room: __, owner: ___, ...checkedRules } = checkParameters('rules', { ...rules, token, room });
  const actor = await authorizeActor(store, { token, room, owner }, 'message');
  const hasRules = Object.keys(rules).length > 0;
  const isMore = hasRules || Object.keys(values).length > 0;
  const imported = { nonce: id, part, messages };
  const outcome = await importMessages(store, actor, { ...imported, step: isMore ? 'begin' : 'whole' });
  if (outcome === 'done') return ok({ duplicate: true });
  for (const [key, value] of Object.entries(importedValues(values))) {
    const nonce = `${id}/${part}/${key}`; // no nonce of `set` has a slash
    const { data: allowed } = serverFilter.apply({ data: value });
    const write = { room, from: actor.by, key, change: { value: allowed }, nonce, owner };
    if (!(await writeValue(store, write, UNFILTERED))) throw notInRoom(room);
  }
  if (hasRules) await setRules(store, actor, checkedRules);
  if (isMore) await importMessages(store, actor, { ...imported, step: 'end' });
  fanOut.request(room);
  return ok({ ...(outcome === 'duplicate' && { duplicate: true }) });
};

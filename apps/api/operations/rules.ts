import { ChatError } from '../../../shared/protocol/errors.js';
import { govern } from '../../../shared/store/owners.js';
import type { Operation } from '../operation.js';
import { ok } from '../respond.js';
import { acting } from './acting.js';

/** Sets a room's pause between two messages of a user (slow mode), and whether only its owner may speak. */
export const rules: Operation<'rules'> = async ({ store, fanOut }, { slow, readonly, ...given }) => {
  const fields: string[] = [];
  if (slow !== undefined) fields.push('slow', slow > 0 ? String(slow * 1_000) : '');
  if (readonly !== undefined) fields.push('readonly', readonly ? '1' : '');
  if (fields.length === 0) throw new ChatError('bad_request', 'rules takes slow, readonly, or both.', { field: 'slow' });
  const rules = { ...(slow !== undefined && { slow }), ...(readonly !== undefined && { readonly }) };
  await govern(store, await acting(store, given), { what: 'rules', ...rules }, { type: 'rules', ...rules }, 'set', ...fields);
  fanOut.request(given.room);
  return ok();
};

import { ChatError } from '../../../../shared/protocol/errors.js';
import { isSeen } from '../../../../shared/protocol/letters.js';
import { ALLOWED } from '../parameters/schemas.js';

/** Throws `bad_request` for a message without content. */
export function requireContent(operation: string, { text, data }: { text?: string | undefined; data?: unknown }): void {
  if (text === undefined && data === undefined)
    throw new ChatError('bad_request', `${operation} needs text, data or both.`, { field: 'text' });
  if (data === undefined && !isSeen(text ?? '')) throw new ChatError('bad_request', ALLOWED.text, { field: 'text' });
}

/** The form of every operation. */
import type { OperationName } from '../../../shared/protocol/operations.js';
import type { Context } from '../context.js';
import type { Reply } from '../reply.js';
import type { Parameters } from './parameters/check.js';

/**
 * Serves one request: gives the body of a good answer as JSON text, throws ChatError otherwise. Null: it keeps `reply`, and
 * answers later (a held poll is one small object, not a chain of promises).
 */
export type Operation<Op extends OperationName> = (
  context: Context,
  parameters: Parameters<Op>,
  reply: Reply,
) => Promise<string> | null;

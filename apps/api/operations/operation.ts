/** The type of every operation. */
import type { OperationName } from '../../../shared/protocol/operations.js';
import type { Context } from '../context.js';
import type { Reply } from '../reply.js';
import type { Parameters } from './parameters/check.js';

/**
 * Serves one request. Resolves with the body of the answer as JSON text, or rejects with a ChatError. If it returns
 * null, it answers later by `reply`: a held poll is then one small object, not a chain of promises.
 */
export type Operation<Op extends OperationName> = (
  context: Context,
  parameters: Parameters<Op>,
  reply: Reply,
) => Promise<string> | null;

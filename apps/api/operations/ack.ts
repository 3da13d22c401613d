import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Acknowledges what a stream has given. The stream itself goes on. */
export const ack: Operation<'ack'> = ({ polls }, { token, cursor }, reply) => {
  const answer = (isNew: boolean): void => reply.succeed(ok(), isNew ? 'events' : 'nothing');
  polls.acknowledge(token, cursor).then(answer, (error: unknown) => reply.fail(error));
  return null;
};

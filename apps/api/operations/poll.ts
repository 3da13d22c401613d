import { POLL_TIMEOUT_DEFAULT_S } from '../../../shared/protocol/limits.js';
import type { Operation } from './operation.js';

/** Acknowledges events, and answers when there are new ones or when `timeout` is up. */
export const poll: Operation<'poll'> = ({ polls }, { token, cursor, timeout = POLL_TIMEOUT_DEFAULT_S }, reply) => {
  polls.open(token, cursor ?? null, timeout, reply);
  return null;
};

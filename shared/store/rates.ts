/** What is said to who was too fast. */
import { ChatError } from '../protocol/errors.js';

/** `rate_limited`, for another `ms`. */
export function rateLimited(ms: number, why = 'Too many of these.'): ChatError {
  const retryAfter = Math.ceil(ms / 100) / 10;
  return new ChatError('rate_limited', `${why} Try again in ${retryAfter} s.`, { retryAfter });
}

import { ChatError } from '../../../shared/protocol/errors.js';
import type { Operation } from '../operation.js';

export const own: Operation<'own'> = () => Promise.reject(new ChatError('unavailable', 'Not built yet.', { retryAfter: 60 }));

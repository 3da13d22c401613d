/** `/notices.js`: sound and desktop notices. The element loads them when the user asks for them. */
import { registry } from '../client/registry.js';
import type { NoticesRegistry } from '../element/attention/attention.js';
import { PageNotices } from './notices.js';

(registry() as NoticesRegistry).notices = (delegate) => new PageNotices(delegate);

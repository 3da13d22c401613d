/** `/owner.js`: the tools for those who keep a room in order, which the element loads for them alone. */
import { registry } from '../client/registry.js';
import type { Page } from '../element/moderation/tools.js';
import { OwnerTools } from './moderation-tools.js';

(registry() as Page).tools = (host) => new OwnerTools(host);

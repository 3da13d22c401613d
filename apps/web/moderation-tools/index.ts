/** `/owner.js`: the moderation tools. The element loads them only for users with a role. */
import { registry } from '../client/registry.js';
import type { ToolsRegistry } from '../element/moderation/load-tools.js';
import { ModerationTools } from './moderation-tools.js';

(registry() as ToolsRegistry).roomTools = (delegate) => new ModerationTools(delegate);

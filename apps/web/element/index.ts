/** `/element.js`: defines `<nobackend-chat>`, and `NobackendChat` for pages that want both. */
import { originOf } from '../client/address.js';
import { joinFrom } from '../client/session/join.js';
import { takeKeys } from './dom/keys.js';
import { elementClass } from './element.js';

const origin = originOf();
/** Joins a room; gives the chat at once, which opens by itself. */
const join = joinFrom(origin);

(window as unknown as { NobackendChat: object }).NobackendChat = { join };

takeKeys(window);
if (!customElements.get('nobackend-chat')) customElements.define('nobackend-chat', elementClass(join, origin));

/** `/element.js`: defines `<nobackend-chat>`, and also `NobackendChat` for pages that use the library too. */
import { originOf } from '../client/address.js';
import { joinFrom } from '../client/join.js';
import { loadStreamsWith } from '../client/load-streams.js';
import { takeKeys } from './dom/keys.js';
import { elementClass } from './element.js';

const origin = originOf();
/** Joins a room. Returns the chat at once; it opens by itself. */
const join = joinFrom(origin, loadStreamsWith(origin));

(window as unknown as { NobackendChat: object }).NobackendChat = { join };

takeKeys(window);
if (!customElements.get('nobackend-chat')) customElements.define('nobackend-chat', elementClass(join, origin));

/** `/element.js`: defines `<nobackend-chat>`, and `NobackendChat` for pages that want both. */
import { currentScript, folderOf } from '../client/address.js';
import { joinFrom } from '../client/join.js';
import { elementClass } from './element.js';

const script = currentScript();
const origin = {
  server: () => folderOf(script ? script.src : location.href),
  nonce: script ? script.nonce : '',
};

/** Joins a room; gives the chat at once, which opens by itself. */
export const join = joinFrom(origin);

if (!customElements.get('nobackend-chat')) customElements.define('nobackend-chat', elementClass(join, origin));

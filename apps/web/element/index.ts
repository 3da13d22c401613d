/** `/element.js`: defines `<nobackend-chat>`, and `NobackendChat` for pages that want both. */
import { currentScript, folderOf } from '../client/address.js';
import { joinFrom } from '../client/join.js';
import { elementClass } from './element.js';

const script = currentScript();
const origin = {
  server: () => folderOf(script ? script.src : location.href),
  nonce: script ? script.nonce : '',
};

const join = joinFrom(origin);

/** As `/chat.js` has it. */
(window as unknown as { NobackendChat: object }).NobackendChat = { join };

if (!customElements.get('nobackend-chat')) customElements.define('nobackend-chat', elementClass(join, origin));

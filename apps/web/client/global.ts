/** The library as a plain script: `/chat.js` defines `NobackendChat`. */
import { currentScript, folderOf } from './address.js';
import { joinFrom } from './join.js';

const script = currentScript();

(window as unknown as { NobackendChat: object }).NobackendChat = {
  /** Joins a room; gives the chat at once, which opens by itself. */
  join: joinFrom({ server: () => folderOf(script ? script.src : location.href), nonce: script ? script.nonce : '' }),
};

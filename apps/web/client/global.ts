/** The library as a plain script: `/chat.js` defines `NobackendChat`. */
import { currentScript, folderOf } from './address.js';
import { joinFrom } from './join.js';

const script = currentScript();

/** Joins a room; gives the chat at once, which opens by itself. */
export const join = joinFrom({
  server: folderOf(script ? script.src : location.href),
  nonce: script ? script.nonce : '',
});

/** The library as a plain script: `/chat.js` defines `NobackendChat`. */
import { originOf } from './address.js';
import { joinFrom } from './session/join.js';

(window as unknown as { NobackendChat: object }).NobackendChat = {
  /** Joins a room; gives the chat at once, which opens by itself. */
  join: joinFrom(originOf()),
};

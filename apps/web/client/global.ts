/** The library as a plain script: `/chat.js` defines `NobackendChat`. */
import { originOf } from './address.js';
import { joinFrom } from './join.js';

(window as unknown as { NobackendChat: object }).NobackendChat = {
  /** Joins a room. Returns the chat at once; `chat.ready` resolves when the room is open. */
  join: joinFrom(originOf()),
};

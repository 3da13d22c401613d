/** The library as a plain script: `/chat.js` defines `NobackendChat`. */
import { originOf } from './address.js';
import { joinFrom } from './join.js';
import { loadStreamsWith } from './load-streams.js';

const origin = originOf();

(window as unknown as { NobackendChat: object }).NobackendChat = {
  /** Joins a room. Returns the chat at once; `chat.ready` resolves when the room is open. */
  join: joinFrom(origin, loadStreamsWith(origin)),
};

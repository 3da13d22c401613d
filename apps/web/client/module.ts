/** The library as an ES module: `/chat.mjs`. It also runs without a page, as in Node. */
import { originOf } from './address.js';
import { inPage } from './anywhere.js';
import { joinFrom } from './join.js';
import { noServer } from './session/connection.js';
import type { GetStreams } from './stream-code.js';
import { makeStreams } from './streams/held-streams.js';

export type * from './answers.js';
export type * from './api.js';

const joinWith = (load: GetStreams) => joinFrom(originOf(import.meta.url), load);
const joinAnyhow = joinWith(() => Promise.resolve(makeStreams));
const joinByPolls = joinWith(() => Promise.resolve(undefined));

/** Joins a room. Returns the chat at once; `chat.ready` resolves when the room is open. */
export const join: typeof joinAnyhow = (given = {}) => {
  if (inPage) return joinAnyhow(given);
  const options = typeof given === 'string' ? { room: given } : given;
  const transport = options.transport || options.way;
  if (transport === 'jsonp') throw new Error('transport: "jsonp" needs a document.');
  if (/^(?!http)./.test(`${options.server || ''}`)) throw noServer();
  return (transport === 'poll' ? joinByPolls : joinAnyhow)({ ...options, transport: 'fetch' });
};

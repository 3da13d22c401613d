/** The library as an ES module: `/chat.mjs`. */
import { originOf } from './address.js';
import { joinFrom } from './join.js';
import { makeStreams } from './streams/held-streams.js';

export type * from './answers.js';
export type * from './api.js';

const joinInBrowser = joinFrom(originOf(import.meta.url), () => Promise.resolve(makeStreams));

/** Joins a room. Returns the chat at once; `chat.ready` resolves when the room is open. */
export const join: typeof joinInBrowser = (options) => {
  if (typeof document === 'undefined') throw new Error('join needs a browser page.');
  return joinInBrowser(options);
};

/** The library as an ES module: `/chat.mjs`. */
import { originOf } from './address.js';
import { joinFrom } from './session/join.js';

export type * from './api.js';

/** Joins a room; gives the chat at once, which opens by itself. */
export const join = joinFrom(originOf(import.meta.url));

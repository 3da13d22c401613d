import { DEFAULT_ROOM } from '../../../../shared/protocol/limits.js';
import type { Chat, JoinOptions } from '../api.js';
import { RoomChat } from '../chat.js';
import { Way } from '../transport/choose.js';
import { autoRoom } from './auto-room.js';
import { Connection } from './connection.js';

/** Where a copy of the library came from. */
export interface Origin {
  /** '' when that cannot be known. */
  server: string;
  /** A nonce of the page's policy, for the script tags it adds. */
  nonce: string;
}

/** The server that a page names, else where the library came from; without a slash at its end. '' for neither. */
export function serverOf(given: string | null | undefined, origin: Origin): string {
  return given ? given.replace(/\/+$/, '') || location.origin : origin.server;
}

/** Makes the `join` of one copy of the library. */
export function joinFrom(origin: Origin): (options?: JoinOptions | string) => Chat {
  return (given = {}) => {
    const options: JoinOptions = typeof given === 'string' ? { room: given } : given;
    const server = serverOf(options.server, origin);
    const way = new Way(server, origin.nonce, options.way || 'auto');
    const room = options.room === 'auto' ? autoRoom() : options.room || DEFAULT_ROOM;
    const name = `${options.name || ''}`.trim() || undefined;
    const connection = new Connection(server, way, { room, owner: options.owner }, name, options.tabs !== 'own');
    return new RoomChat(server, connection);
  };
}

import { DEFAULT_ROOM } from '../../../shared/protocol/limits.js';
import { type Origin, serverOf } from './address.js';
import type { Chat, JoinOptions } from './api.js';
import { RoomChat } from './chat.js';
import { autoRoom } from './session/auto-room.js';
import { Connection } from './session/connection.js';
import { chooseTransport } from './transport/choose.js';

/** Returns the `join` function of one copy of the library. */
export function joinFrom(loadedFrom: Origin): (options?: JoinOptions | string) => Chat {
  return (given = {}) => {
    const options: JoinOptions = typeof given === 'string' ? { room: given } : given;
    const server = serverOf(options.server, loadedFrom);
    const transport = chooseTransport(server, loadedFrom.nonce, options.transport || options.way || 'auto');
    const room = options.room === 'auto' ? autoRoom() : options.room || DEFAULT_ROOM;
    const nickname = `${options.name || ''}`.trim() || undefined;
    const home = { room, owner: options.owner };
    const connection = new Connection(server, transport, home, nickname, options.tabs !== 'own');
    return new RoomChat(server, connection);
  };
}

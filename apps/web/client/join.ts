import { DEFAULT_ROOM } from '../../../shared/protocol/limits.js';
import { type Origin, serversOf } from './address.js';
import type { Chat, JoinOptions } from './api.js';
import { RoomChat } from './chat.js';
import { autoRoom } from './session/auto-room.js';
import { keyFor } from './session/room-keys.js';
import { Servers } from './session/servers.js';
import type { GetStreams } from './stream-code.js';
import { chooseTransport } from './transport/choose.js';

/** The names of all options. Of two that are equally near to a wrong name, the first is suggested. */
const OPTIONS: (keyof JoinOptions)[] = ['server', 'room', 'name', 'transport', 'tabs', 'owner', 'key', 'way'];

/** Returns the `join` function of one copy of the library. */
export function joinFrom(loadedFrom: Origin, getStreams: GetStreams): (options?: JoinOptions | string) => Chat {
  return (given = {}) => {
    const options: JoinOptions = typeof given === 'string' ? { room: given } : given;
    for (const key of Object.keys(options)) if (!OPTIONS.includes(key as keyof JoinOptions)) warnOf(key);
    const { owner } = options;
    const room = options.room === 'auto' ? autoRoom() : options.room || DEFAULT_ROOM;
    const nickname = `${options.name || ''}`.trim() || undefined;
    const places = serversOf(options.server, loadedFrom).map((server, i) => ({
      server,
      transport: chooseTransport(server, loadedFrom.nonce, options.transport || options.way || 'auto'),
      home: {
        room,
        owner: typeof owner === 'function' ? owner(server) : i > 0 ? undefined : owner,
        key: keyFor(server, room, i > 0 ? undefined : options.key),
      },
    }));
    return new RoomChat(new Servers(places, nickname, options.tabs !== 'own', getStreams));
  };
}

/** Tells the page's author that there is no such option, and which one has most of its letters. */
function warnOf(option: string): void {
  let nearest = '';
  let least = Infinity;
  for (const known of OPTIONS) {
    const { length } = [...option.toLowerCase()].filter((letter) => !known.includes(letter));
    if (length < least) [nearest, least] = [known, length];
  }
  console.warn(`NobackendChat.join has no option ${option}. Did you mean ${nearest}?`);
}

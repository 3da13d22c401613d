import { originOf } from '../client/address.js';
import type { Chat, JoinOptions } from '../client/api.js';
import { joinFrom } from '../client/join.js';
import { loadStreamsWith } from '../client/load-streams.js';

export const origin = originOf();
const join = joinFrom(origin, loadStreamsWith(origin));

/** The chats of this page, by room. All widgets of a room share one. */
const shared = new Map<string, { chat: Chat; widgets: number }>();

/** Joins a room, or takes part in the chat that another widget of this page has there. */
export function enterRoom(options: JoinOptions): { chat: Chat; leave: () => void } {
  const key = JSON.stringify(options);
  const found = shared.get(key);
  const room = found && found.chat.state !== 'left' ? found : { chat: join(options), widgets: 0 };
  shared.set(key, room);
  room.widgets += 1;
  const leave = (): void => {
    room.widgets -= 1;
    // a widget that is only moved, or has another attribute now, is back when the timer runs
    setTimeout(() => {
      if (room.widgets > 0 || shared.get(key) !== room) return;
      shared.delete(key);
      void room.chat.leave();
    });
  };
  return { chat: room.chat, leave };
}

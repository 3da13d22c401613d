import type { Chat, ChatEvents } from '../client/api.js';
import { callSafely } from '../client/events/emitter.js';

/** A chat as one view hears it. */
export interface ScopedChat {
  chat: Chat;
  /** Tells the view what was heard before it was there. */
  replay(): void;
  /** Removes all listeners of the view. */
  end(): void;
}

type Name = keyof ChatEvents;
type Listener = (payload: never) => void;

/** The events that a chat has told, in order. */
export type Heard = [eventName: Name, payload: never][];

/** The events that a view listens to. */
const VIEWED: Name[] = ['ready', 'event', 'members', 'state', 'error', 'missed', 'reset', 'gap', 'busy'];

/** Keeps in `heard` what a chat tells, for a view that is drawn later. Returns a function that stops this. */
export function keepHeard(chat: Chat, heard: Heard): () => void {
  const removals = VIEWED.map((eventName) =>
    chat.on(eventName, (payload) => heard.push([eventName, payload as never])),
  );
  return () => {
    for (const remove of removals) remove();
  };
}

/**
 * Returns the chat for one view: it is the same chat, and only its listeners end with the view. `heard`: what the chat
 * has told before.
 */
export function scopedChat(whole: Chat, heard: Heard = []): ScopedChat {
  const removals: (() => void)[] = [];
  const listeners: [Name, Listener][] = [];
  let past = heard;
  const on: Chat['on'] = (eventName, listener) => {
    listeners.push([eventName, listener]);
    // an open chat tells by itself that it is ready
    const isTold = eventName === 'ready' && past.some(([told]) => told === 'ready');
    const remove = isTold ? () => undefined : whole.on(eventName, listener);
    removals.push(remove);
    return remove;
  };
  return {
    chat: Object.create(whole, { on: { value: on } }) as Chat,
    replay: () => {
      const all = [...past];
      past = [];
      for (const [told, payload] of all)
        for (const [eventName, listener] of listeners) if (eventName === told) callSafely(listener as never, payload);
    },
    end: () => {
      for (const remove of removals) remove();
    },
  };
}

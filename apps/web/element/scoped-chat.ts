import type { Chat } from '../client/api.js';

/** A chat as one view hears it. */
export interface ScopedChat {
  chat: Chat;
  /** Removes all listeners of the view. */
  end(): void;
}

/** Returns the chat for one view: it is the same chat, and only its listeners end with the view. */
export function scopedChat(whole: Chat): ScopedChat {
  const removals: (() => void)[] = [];
  const on: Chat['on'] = (name, listener) => {
    const remove = whole.on(name, listener);
    removals.push(remove);
    return remove;
  };
  return {
    chat: Object.create(whole, { on: { value: on } }) as Chat,
    end: () => {
      for (const remove of removals) remove();
    },
  };
}

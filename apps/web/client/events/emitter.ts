type Listener<P> = (payload: P) => void;

/**
 * Calls listeners by the name of an event. If one throws, the others are still called. Its error reaches the console.
 */
export interface Emitter<Events> {
  /** Returns a function that removes the listener. */
  on<N extends keyof Events>(eventName: N, listener: Listener<Events[N]>): () => void;
  emit<N extends keyof Events>(eventName: N, payload: Events[N]): void;
}

export function makeEmitter<Events>(): Emitter<Events> {
  const listeners: { [N in keyof Events]?: Set<Listener<Events[N]>> } = {};
  return {
    on: (eventName, listener) => {
      const set: Set<typeof listener> = listeners[eventName] || new Set();
      listeners[eventName] = set;
      set.add(listener);
      return () => set.delete(listener);
    },
    emit: (eventName, payload) => {
      const all = [...(listeners[eventName] || [])];
      for (const listener of all) callSafely(listener, payload);
      if (eventName === 'error' && !all[0]) console.error(payload);
    },
  };
}

/** Calls a listener. Its exceptions are reported as uncaught, as if the browser had called it. */
export function callSafely<P>(listener: Listener<P>, payload: P): void {
  try {
    listener(payload);
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}

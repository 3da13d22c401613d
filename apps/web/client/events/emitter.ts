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
  const listenersOf = <N extends keyof Events>(eventName: N): Set<Listener<Events[N]>> => {
    const found: Set<Listener<Events[N]>> = listeners[eventName] || new Set();
    listeners[eventName] = found;
    return found;
  };

  return {
    on: (eventName, listener) => {
      const set = listenersOf(eventName);
      set.add(listener);
      return () => set.delete(listener);
    },
    emit: (eventName, payload) => {
      const set = listenersOf(eventName);
      for (const listener of [...set]) callSafely(listener, payload);
      if (eventName === 'error' && set.size === 0) console.error(payload);
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

type Listener<P> = (payload: P) => void;

/** Calls listeners by name. One that throws stops neither the others nor the caller; its error reaches the console. */
export class Emitter<Events> {
  private readonly listeners: { [N in keyof Events]?: Set<Listener<Events[N]>> } = {};

  on<N extends keyof Events>(name: N, listener: Listener<Events[N]>): () => void {
    const set: Set<Listener<Events[N]>> = this.listeners[name] || new Set();
    this.listeners[name] = set;
    set.add(listener);
    return () => set.delete(listener);
  }

  emit<N extends keyof Events>(name: N, payload: Events[N]): void {
    const set: Set<Listener<Events[N]>> = this.listeners[name] || new Set();
    [...set].forEach((listener) => callSafely(listener, payload));
    if (name === 'error' && set.size === 0) console.error(payload);
  }
}

/** An error of the page's own code is reported as uncaught, as if the browser had called it. */
export function callSafely<P>(listener: Listener<P>, payload: P): void {
  try {
    listener(payload);
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}

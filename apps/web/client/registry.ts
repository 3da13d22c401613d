/** What all copies of the library on one page share, under its only global beside `NobackendChat`. */
export interface Registry {
  /** JSONP callbacks of calls that may still be answered. */
  calls: Record<string, (answer: unknown) => void>;
  /** How many chats of this page have each key, so that each keeps a session of its own. */
  open: Record<string, number>;
}

export const REGISTRY = '__nobackendChat';

export function registry(): Registry {
  const page = window as unknown as Record<string, Registry | undefined>;
  return (page[REGISTRY] = page[REGISTRY] || { calls: {}, open: {} });
}

import type { Finding } from './api.js';

/** What all copies of the library on one page share, under its only global beside `NobackendChat`. */
export interface Registry {
  /** JSONP callbacks of calls that may still be answered. */
  calls: Record<string, (answer: unknown) => void>;
  /** The session keys in use by chats of this page. */
  open: Record<string, true>;
  /** Put here by `/doctor.js`. */
  examine?: (server: string, tell?: (finding: Finding) => void) => Promise<Finding[]>;
}

export const REGISTRY = '__nobackendChat';

export function registry(): Registry {
  const page = window as unknown as Record<string, Registry | undefined>;
  return (page[REGISTRY] = page[REGISTRY] || { calls: {}, open: {} });
}

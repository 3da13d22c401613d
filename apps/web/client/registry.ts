import type { Finding } from './api.js';
import type { MakeStreams } from './stream-code.js';

/** The part of the browser's Trusted Types API that the library uses. */
export interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptPolicy;
}
interface ScriptPolicy {
  /** Returns an object that stands for the address. A script's `src` accepts it. */
  createScriptURL(url: string): string;
}

/**
 * The state that all copies of the library on one page share. It is the only global beside `NobackendChat`. The copies
 * may be of different versions, so the fields keep their names.
 */
export interface Registry {
  /** The JSONP callbacks of calls that may still be answered. */
  calls: Record<string, (answer: unknown) => void>;
  /** The storage keys of the sessions that chats of this page use. */
  open: Record<string, true>;
  /** The Trusted Types policy for the server's scripts. A page allows only one of each name. */
  policy?: ScriptPolicy;
  /** The texts of languages, by file. `/languages/<file>.js` sets this. */
  languages?: Record<string, object>;
  /**
   * The code of streams. `/streams.js` sets this. The key must change whenever `MakeStreams` does: an open page may
   * load the script of a newer server, and must not call it then.
   */
  streams1?: MakeStreams;
  /** The doctor's checks. `/doctor.js` sets this. `way`: how the events of the chat come. */
  examine?: (server: string, tell?: (finding: Finding) => void, way?: string) => Promise<Finding[]>;
}

export const REGISTRY = '__nobackendChat';

/** Returns the page's registry, and creates it first if there is none. */
export function registry(): Registry {
  const page = window as unknown as Record<string, Registry | undefined>;
  const found = page[REGISTRY] || { calls: {}, open: {} };
  page[REGISTRY] = found;
  return found;
}

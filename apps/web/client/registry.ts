import type { Finding } from './api.js';

/** The part of the browser's Trusted Types that is used here. */
export interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptPolicy;
}
interface ScriptPolicy {
  /** Gives an object that stands for the address; a script's `src` takes it. */
  createScriptURL(url: string): string;
}

/** What all copies of the library on one page share, under its only global beside `NobackendChat`. */
export interface Registry {
  /** JSONP callbacks of calls that may still be answered. */
  calls: Record<string, (answer: unknown) => void>;
  /** The session keys in use by chats of this page. */
  open: Record<string, true>;
  /** Lets script tags have addresses of ours. There may be only one of its name. */
  policy?: ScriptPolicy;
  /** Put here by `/doctor.js`. */
  examine?: (server: string, tell?: (finding: Finding) => void) => Promise<Finding[]>;
}

export const REGISTRY = '__nobackendChat';

export function registry(): Registry {
  const page = window as unknown as Record<string, Registry | undefined>;
  return (page[REGISTRY] = page[REGISTRY] || { calls: {}, open: {} });
}

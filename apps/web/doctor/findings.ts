import type { Finding } from '../client/api.js';

export type { Finding } from '../client/api.js';

/** The receiver of the findings while the checks run. */
export interface Listener {
  /** A check of the network begins. */
  begun?(about: Finding['about']): void;
  found?(finding: Finding): void;
}

export const good = (about: Finding['about'], sentence: string): Finding => ({ about, verdict: 'good', sentence });
export const note = (about: Finding['about'], sentence: string): Finding => ({ about, verdict: 'note', sentence });
export const bad = (about: Finding['about'], sentence: string): Finding => ({ about, verdict: 'bad', sentence });

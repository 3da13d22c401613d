import { secret } from '../secret.js';
import type { KeptName } from './stored.js';

/** Returns what this browser keeps under a storage key. '' keeps nothing. `given`: the name to keep from now on. */
export function keptName(key: string, given?: string): KeptName {
  if (!key) return {};
  const kept: KeptName = { secret: secret() };
  try {
    Object.assign(kept, JSON.parse(localStorage.getItem(key) || '{}'), given && { name: given });
    localStorage.setItem(key, JSON.stringify(kept));
  } catch (_) {
    // storage is full or spoilt; the name lasts as long as the page
  }
  return kept;
}

/** This browser remembers of a widget: its vote, or the day of its last visit. */

/** Stands in for the storage where that is forbidden: then the page remembers until it is closed. */
const inPage = new Map<string, string>();

const PREFIX = 'nobackend-chat-widget ';

/** Returns what was kept under `key`, or `{}`. Pages of this origin can write anything there. */
export function kept(key: string): Record<string, unknown> {
  let text = inPage.get(key);
  try {
    text = text || localStorage.getItem(PREFIX + key) || '';
    return Object.assign({}, JSON.parse(text));
  } catch (_) {
    return {};
  }
}

export function keep(key: string, value: object): void {
  const text = JSON.stringify(value);
  try {
    localStorage.setItem(PREFIX + key, text);
  } catch (_) {
    inPage.set(key, text);
  }
}

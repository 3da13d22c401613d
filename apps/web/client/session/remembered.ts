/** Returns the word that this browser remembers under a storage key: `made` at first. '' where storage is forbidden. */
export function remembered(key: string, made: string): string {
  try {
    const word = localStorage.getItem(key) || made;
    localStorage.setItem(key, word);
    return word;
  } catch (_) {
    return '';
  }
}

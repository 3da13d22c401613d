/** Makes names for new rooms: two words to say aloud, and five characters that keep others from guessing the name. */
const FIRST = [
  'amber',
  'brisk',
  'calm',
  'dizzy',
  'early',
  'fuzzy',
  'gentle',
  'happy',
  'ivory',
  'jolly',
  'keen',
  'lucky',
  'mellow',
  'noble',
  'plum',
  'quiet',
  'rosy',
  'sunny',
  'tidy',
  'vivid',
];
const SECOND = [
  'otter',
  'maple',
  'comet',
  'pebble',
  'heron',
  'lantern',
  'meadow',
  'walnut',
  'robin',
  'harbour',
  'velvet',
  'biscuit',
  'falcon',
  'island',
  'tulip',
  'badger',
  'compass',
  'willow',
  'marble',
  'ember',
];
const STORAGE_KEY = 'nobackend-chat-front-room';

function pick(words: string[]): string {
  return words[Math.floor(Math.random() * words.length)] || 'room';
}

function made(): string {
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(5)), (byte) => (byte % 36).toString(36)).join('');
  return `${pick(FIRST)}-${pick(SECOND)}-${letters}`;
}

/** Returns a new room's name. After a reload, it returns the same one again. */
export function freshRoom(): string {
  try {
    const room = sessionStorage.getItem(STORAGE_KEY) || made();
    sessionStorage.setItem(STORAGE_KEY, room);
    return room;
  } catch (_) {
    return made();
  }
}

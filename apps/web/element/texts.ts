/** Every word the element shows; replace any of them with the `texts` property or attribute. */
export const ENGLISH = {
  locale: '',
  messages: 'Messages',
  message: 'Message',
  placeholder: 'Write to everyone',
  placeholderPrivate: 'Write to {name} only',
  send: 'Send',
  people: 'People',
  oneHere: '1 here',
  manyHere: '{n} here',
  everyone: 'Everyone',
  you: 'you',
  writePrivately: 'Write to {name} privately',
  onlyYouTwo: 'Only you two see this',
  gone: 'has left',
  editName: 'You are {name}. Change your name',
  yourName: 'Your name',
  nameRule: 'Use 1 to {n} characters, none of them invisible.',
  save: 'Save',
  cancel: 'Cancel',
  close: 'Close',
  takeName: 'Take {name}',
  today: 'Today',
  yesterday: 'Yesterday',
  fresh: 'New',
  latest: 'Latest',
  newMessages: '{n} new',
  joined: '{names} joined',
  left: '{names} left',
  renamed: '{was} is now {name}',
  sentOut: '{name} was sent out by {by}',
  removed: '{name} removed a message',
  removedMany: '{name} removed {n} messages',
  cleared: '{name} cleared the room',
  slow: 'Slow mode: one message per person every {n} s',
  slowOff: 'Slow mode is off',
  readOnly: 'Read-only: only the owner of the room can write',
  readOnlyOff: 'Everyone can write again',
  and: ' and ',
  others: '{n} others',
  typing: '{names} is typing…',
  typingMany: '{names} are typing…',
  empty: 'Nothing here yet. Say hello!',
  emptyPrivate: 'Nothing between you two yet.',
  loading: 'Loading older messages…',
  start: 'This is where it begins.',
  connecting: 'Opening the room…',
  unreachable: 'The room cannot be opened yet. {reason} It is tried again by itself.',
  noAnswer: 'The server does not answer.',
  offline: 'This device is offline. The room opens by itself when it is back.',
  noAddress: 'The chat server cannot be found: "{server}" is no web address. It begins with https:// or http://.',
  mixed: 'This page is https and the chat server {server} is plain http: browsers block that. The server needs an https address.',
  askDoctor: 'If this page opens, the server is up and something here blocks it; if not, it is down or its address is wrong:',
  tryNow: 'Try now',
  trying: 'Trying…',
  reconnecting: 'The connection is gone. Trying again; what you write will be sent when it is back.',
  elsewhere: 'This chat is open somewhere else now.',
  useHere: 'Use it here',
  ended: 'You have left this chat.',
  out: 'You are no longer in this room.',
  comeBack: 'Come back',
  failed: 'The chat cannot go on: {reason}',
  again: 'Try again',
  missed: 'Some messages were lost on the way and could not be read back.',
  sending: 'Sending…',
  sendingSlow: 'Sending… Slow mode: this may take up to {n} s.',
  notSent: 'Not sent: {reason}',
  discard: 'Discard',
  tooLong: '{n} characters too many',
  heard: 'New message from {name}',
  heardPrivately: 'New private message from {name}',
  sentData: 'sent data',
};

export type Texts = typeof ENGLISH;

/** Puts values into a text's `{places}`. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => (name in values ? String(values[name]) : place));
}

/** The words to use: the given ones over the English ones. Anything that is not a text is ignored. */
export function textsFrom(given: unknown): Texts {
  const texts: Record<string, string> = { ...ENGLISH };
  const wanted = (given || {}) as Record<string, unknown>;
  for (const key of Object.keys(ENGLISH)) {
    const text = wanted[key];
    if (typeof text === 'string') texts[key] = text;
  }
  return texts as Texts;
}

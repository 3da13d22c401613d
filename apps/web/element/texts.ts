import type { Part } from './dom/dom.js';

/** Every word the element shows; replace any of them with the `texts` property or attribute. */
export const ENGLISH = {
  locale: '',
  messages: 'Messages',
  message: 'Message',
  placeholder: 'Write to everyone',
  readOnlyNow: 'Read-only for now',
  closedNow: 'Closed for now',
  offNow: 'Switched off for now',
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
  banned: '{name} was banned by {by} for {time}',
  removed: '{name} removed a message',
  removedMany: '{name} removed {n} messages',
  removedAllOf: '{by} removed all messages of {name}',
  cleared: '{name} cleared the room',
  slow: 'Slow mode: one message per person every {n} s',
  slowOff: 'Slow mode is off',
  readOnly: 'Read-only: only the owner and moderators can write',
  readOnlyOff: 'Everyone can write again',
  closed: 'The room is closed: nobody comes in, and only the owner and moderators can write',
  closedOff: 'The room is open again',
  off: 'The host has switched this room off: nobody can write or come in',
  offOff: 'The host has switched this room on again',
  noLinks: 'Links are not allowed any more',
  noLinksOff: 'Links are allowed again',
  words: 'Some words are not wanted here',
  wordsOff: 'All words are allowed again',
  hold: 'Messages with unwanted words wait for approval',
  mutedYou: '{by} muted you for {time}',
  mutedYouOff: 'You can write again',
  moderator: '{by} made {name} a moderator',
  moderatorOff: '{name} is no longer a moderator',
  offered: '{by} offered this room to {name}',
  owned: 'This room belongs to {name} now',
  theHost: 'The host',
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
  mixed:
    'This page is https and the chat server {server} is plain http: browsers block that. The server needs an https address.',
  askDoctor:
    'If this page opens, the server is up and something here blocks it; if not, it is down or its address is wrong:',
  tryNow: 'Try now',
  trying: 'Trying…',
  reconnecting: 'The connection is gone. Trying again; what you write will be sent when it is back.',
  elsewhere: 'This chat is open somewhere else now.',
  useHere: 'Use it here',
  ended: 'You have left this chat.',
  out: 'You are no longer in this room.',
  comeBack: 'Come back',
  outBy: '{by} sent you out of this room.',
  bannedBy: '{by} banned you from this room for {time}.',
  banOver: 'You may come back to this room now.',
  whyReadOnly: 'Only the owner and moderators can write here now.',
  whyMuted: 'You are muted here: {time} left.',
  whyClosed: 'This room is closed for now.',
  whyBanned: 'You, or somebody at your address, may not come into this room: {time} left.',
  whyLinks: 'Links are not allowed in this room.',
  whyRole: 'Only the owner of the room can do that to a moderator.',
  whyReserved: 'This room has not been opened by its host yet.',
  whyOff: 'The host has switched this room off.',
  whyAddress: 'The host of this chat has switched it off for your address.',
  whyFull: 'They have as many private conversations as there may be.',
  whyBlocked: 'No private messages go between you two: one has blocked the other.',
  block: 'Block',
  unblock: 'Unblock',
  blockTitle: 'Take no private messages from {name}',
  unblockTitle: 'Take private messages from {name} again',
  blockedNow: '{name} cannot write to you privately any more.',
  unblockedNow: '{name} can write to you privately again.',
  youBlock: 'You have blocked {name}',
  blockedSign: 'blocked',
  undo: 'Undo',
  yourRoom: 'Your room',
  yourDuty: 'You are a moderator here',
  isOwner: 'owner of this room',
  isModerator: 'moderator',
  offersYou: '{name} offers you this room.',
  takeOver: 'Take it over',
  linkWorthless: 'This owner’s link is not valid any more.',
  noTools: 'The tools for this room could not be loaded.',
  failed: 'The chat cannot go on: {reason}',
  again: 'Try again',
  missed: 'Some messages were lost on the way and could not be read back.',
  sending: 'Sending…',
  sendingSlow: 'Sending… Slow mode: this may take up to {n} s.',
  notSent: 'Not sent: {reason}',
  discard: 'Discard',
  waits: 'Waits for the owner’s approval',
  hide: 'Hide',
  tooLong: '{n} characters too many',
  heard: 'New message from {name}',
  heardPrivately: 'New private message from {name}',
  sentData: 'sent data',
  showAll: 'Show all',
  showLess: 'Show less',
};

export type Texts = typeof ENGLISH;

/** Puts values into a text's `{places}`. */
export function fill(text: string, values: object): string {
  const known = values as Record<string, unknown>;
  return text.replace(/\{(\w+)\}/g, (place, name: string) => (name in known ? String(known[name]) : place));
}

/** As `fill`, for places that take elements: a name is one. A list of parts takes a place together. */
export function filled(text: string, values: Record<string, Part | Part[] | number>): Part[] {
  const pieces = text.split(/\{(\w+)\}/).map((piece, i): Part | Part[] | number => {
    const value = i % 2 ? values[piece] : piece;
    return value === undefined ? `{${piece}}` : value;
  });
  const parts = ([] as Array<Part | number>).concat(...pieces);
  return parts.map((part) => (typeof part === 'number' ? String(part) : part)).filter((part) => part !== '');
}

/** The words to use: the given ones over the English ones. Anything that is not a text is ignored. */
export function textsFrom<T extends Record<string, string>>(given: unknown, english: T): T {
  const texts: Record<string, string> = { ...english };
  const wanted = (given || {}) as Record<string, unknown>;
  for (const key of Object.keys(english)) {
    const text = wanted[key];
    if (typeof text === 'string') texts[key] = text;
  }
  return texts as T;
}

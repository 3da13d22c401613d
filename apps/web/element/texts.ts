/**
 * The forms of a text with a count: for plural categories of the language, or for exactly that number, such as 1. `{n}`
 * is the count. Categories that are missing have the form `other`.
 */
export type Forms = { [category: string]: string; other: string };

export const forms = (one: string, other: string): Forms => ({ one, other });

/** Every word that the element shows. A page can replace any of them with the property or the attribute `texts`. */
export const ENGLISH = {
  locale: '',
  messages: 'Messages',
  message: 'Message',
  placeholder: 'Write to everyone',
  placeholderHeld: 'Write (shown when approved)',
  readOnlyNow: 'Read-only for now',
  closedNow: 'Closed for now',
  offNow: 'Switched off for now',
  placeholderPrivate: 'Write to {name} only',
  send: 'Send',
  chat: 'Chat',
  notices: 'Notifications',
  noNotices: 'The notifications could not be loaded.',
  chatNews: 'Chat: {news}',
  search: 'Search',
  noSearch: 'The search could not be loaded.',
  people: 'People',
  manyHere: forms('1 here', '{n} here'),
  everyone: 'Everyone',
  you: 'you',
  writePrivately: 'Write to {name} privately',
  onlyYouTwo: 'Only you two see this',
  gone: 'has left',
  editName: 'You are {name}. Change your name',
  yourName: 'Your name',
  enterAs: 'Enter',
  nameRule: 'Use 1 to {n} visible characters.',
  nameGuest: 'Choose a name that does not begin with guest-.',
  otherName: 'You are {own} here, not {name}. Click on your name to change it.',
  sendAs: 'Send as {name}',
  save: 'Save',
  cancel: 'Cancel',
  close: 'Close',
  takeName: 'Use {name}',
  today: 'Today',
  yesterday: 'Yesterday',
  fresh: 'New',
  latest: 'Latest',
  newMessages: forms('{n} new', '{n} new'),
  newMentions: '{n} new, {m} to you',
  mentionsYou: 'Mentions you:',
  joined: forms('{names} joined', '{names} joined'),
  left: forms('{names} left', '{names} left'),
  renamed: '{was} is now {name}',
  cameAndWent: forms('{n} person came and went', '{n} people came and went'),
  cameAndLeft: forms('{names} came and left again', '{names} came and left again'),
  renamedMany: forms('{n} name has changed', '{n} names have changed'),
  sentOut: '{name} was kicked by {by}',
  banned: '{name} was banned by {by} for {time}',
  removedMany: forms('{name} removed a message', '{name} removed {n} messages'),
  removedAllOf: '{by} removed all messages from {name}',
  cleared: '{name} cleared the room',
  slow: 'Slow mode: one message per person every {n} s',
  slowOff: 'Slow mode is off',
  delay: 'Messages appear after {n} s',
  delayOff: 'Messages appear at once again',
  readOnly: 'Read-only: only the owner and moderators can write',
  readOnlyOff: 'Everyone can write again',
  voice: '{name} can write now',
  voiceOff: '{name} can no longer write',
  voiceAll: 'Everyone who was here at this moment can write',
  voiceAllOff: 'Only the owner and moderators can write now',
  closed: 'The room is closed: nobody can enter, and only the owner and moderators can write',
  closedOff: 'The room is open again',
  off: 'The host has switched this room off: nobody can enter or write',
  offOff: 'The host has switched this room on again',
  noLinks: 'Links are not allowed any more',
  noLinksOff: 'Links are allowed again',
  words: 'Some words are not allowed here',
  wordsOff: 'All words are allowed again',
  hold: 'Messages with blocked words wait for approval',
  holdAll: 'Every message waits for approval',
  holdOff: 'Messages are shown at once again',
  noPrivate: 'No private messages here any more',
  noPrivateOff: 'Private messages are allowed again',
  unlisted: 'This room is in no list any more',
  unlistedOff: 'This room is in the public list again',
  namesAsked: 'New people choose a name before they enter',
  namesAskedOff: 'New people may enter as guests',
  mutedYou: '{by} muted you for {time}',
  mutedYouOff: 'You can write again',
  moderator: '{by} made {name} a moderator',
  moderatorByKey: '{name} is a moderator now',
  moderatorOff: '{name} is no longer a moderator',
  offered: '{by} offered this room to {name}',
  owned: 'This room belongs to {name} now',
  theHost: 'The host',
  and: ' and ',
  others: forms('1 other', '{n} others'),
  typingMany: forms('{names} is typing…', '{names} are typing…'),
  topicAndPin: 'Topic and pinned message',
  pinned: 'Pinned',
  unpin: 'Unpin',
  empty: 'Nothing here yet. Say hello!',
  emptyPrivate: 'No messages between you two yet.',
  loading: 'Loading older messages…',
  start: 'This is the beginning.',
  connecting: 'Opening the room…',
  unreachable: 'The room cannot be opened yet. {reason} The chat keeps trying.',
  noAnswer: 'The server does not answer.',
  notReached: 'The server could not be reached.',
  tooLate: 'The server did not answer in time.',
  noChat: 'No chat server answered.',
  offline: 'This device is offline. The room opens as soon as it is online again.',
  noAddress: '"{server}" is not a web address. The address of the chat server must begin with https:// or http://.',
  mixed:
    'This page uses https, but the chat server {server} uses http. Browsers block that. The server needs an https address.',
  askDoctor:
    'If this page opens, the server works and something on this device or network blocks it. If not, the server is down or its address is wrong:',
  tryNow: 'Try now',
  trying: 'Trying…',
  reconnecting: 'The connection is lost. Trying again. Your messages will be sent when it is back.',
  moved: 'This chat now runs on {server}, because {was} does not answer.',
  movedBack: 'This chat runs on {server} again.',
  elsewhere: 'This chat is open somewhere else now.',
  useHere: 'Use it here',
  ended: 'You have left this chat.',
  out: 'You are no longer in this room.',
  comeBack: 'Join again',
  outBy: '{by} kicked you from this room.',
  bannedBy: '{by} banned you from this room for {time}.',
  banOver: 'The ban is over. You can join again.',
  whyReadOnly: 'Only the owner and moderators can write here now.',
  whyMuted: 'You are muted here: {time} left.',
  whyClosed: 'This room is closed for now.',
  whyBanned: 'You, or your network, are banned from this room: {time} left.',
  whyLinks: 'Links are not allowed in this room.',
  whyRole: 'Only the owner of the room can do that to a moderator.',
  whyReserved: 'The host has not opened this room yet.',
  whyOff: 'The host has switched this room off.',
  whyAddress: 'The host has banned your network.',
  whyFull: 'This person cannot have more private conversations.',
  whyKey: 'You need a link with a key to enter this room. Ask the people of the room for one.',
  whyOldKey: 'This link is not valid, or not any more. Ask the people of the room for a new link, and open it.',
  whyName: 'Choose a name to enter this room.',
  whyPrivate: 'There are no private messages between you two in this room.',
  whyWords: 'Some of these words are not allowed here.',
  whyHold: 'This would have to wait for approval, which is not possible here.',
  whyTaken: 'This name is taken.',
  whyGone: 'This person is no longer here.',
  whyNoRole: 'Only the owner and moderators can do that.',
  whyLarge: 'That is too long.',
  whyRate: 'That was too much at once. Try again in {time}.',
  whyBusy: 'The server cannot do that at the moment. Try again soon.',
  whyPage: 'The host of this chat has switched it off for this page.',
  whyOther: '{message}',
  whyBlocked: 'You cannot send each other private messages: one of you has blocked the other.',
  block: 'Block',
  unblock: 'Unblock',
  blockTitle: 'Block private messages from {name}',
  unblockTitle: 'Allow private messages from {name} again',
  youBlock: 'You have blocked {name}',
  blockedSign: 'blocked',
  noTalk: 'This could not be loaded.',
  messageMenu: 'More about the message from {name}',
  react: 'React',
  reactedBy: '{emoji} by {names}',
  reply: 'Reply',
  quoteGone: 'This message is gone.',
  edited: 'edited',
  yourRoom: 'Your room',
  yourDuty: 'You are a moderator here',
  isOwner: 'owner of this room',
  isModerator: 'moderator',
  linkWorthless: 'This owner link is no longer valid.',
  noTools: 'The moderation tools could not be loaded.',
  failed: 'The chat has stopped: {reason}',
  again: 'Try again',
  missed: 'Some messages were lost and cannot be shown.',
  busy: 'This page is very busy. Messages may come late.',
  sending: 'Sending…',
  sendingSlow: 'Sending… Slow mode: this may take up to {n} s.',
  notSent: 'Not sent: {reason}',
  discard: 'Discard',
  waits: 'Waiting for approval',
  othersLater: 'Others see it in a moment',
  hide: 'Hide',
  tooLong: forms('1 character too many', '{n} characters too many'),
  imported: 'imported',
  bot: 'bot',
  heard: 'New message from {name}',
  heardPrivately: 'New private message from {name}',
  showImage: 'Show image',
  hideImage: 'Hide image',
  imageFrom: 'Image from {host}',
  imageBroken: 'This image cannot be shown.',
  copy: 'Copy',
  copied: 'Copied',
  sentData: 'sent data',
  showAll: 'Show all',
  showLess: 'Show less',
};

export type Texts = typeof ENGLISH;

/** The part of any texts that says in which language numbers and times are. */
export type Locale = Pick<Texts, 'locale'>;

/**
 * The texts of another language. Its file says neither the locale, which is that of the page, nor how names are listed,
 * which the browser knows. Texts that are missing are in English.
 */
export type Translation = Partial<Omit<Texts, 'locale' | 'and'>>;

/** The keys of texts without a count. */
export type TextKey<T = Texts> = { [K in keyof T]: T[K] extends string ? K : never }[keyof T];

/** Former keys of texts for one thing. A page may still have them. Each is the form for exactly 1 now. */
const FORMER = {
  oneHere: 'manyHere',
  removed: 'removedMany',
  oneOther: 'others',
  typing: 'typingMany',
  oneWaits: 'manyWait',
  oneReport: 'manyReports',
  oneReported: 'manyReported',
};

/** Texts that a page may give. One form of a text with a count is enough. */
export type GivenTexts = { [K in keyof Texts]?: string | Texts[K] } & { [K in keyof typeof FORMER]?: string };

/** Puts values into a text's `{places}`. */
export function fill(text: string, values: object): string {
  const known = values as Record<string, unknown>;
  return text.replace(/\{(\w+)\}/g, (place, key: string) => (key in known ? String(known[key]) : place));
}

type AnyTexts = Record<string, string | Forms>;

/** Returns the texts `base`, replaced by those that are given. Ignores unknown keys, and values of another kind. */
export function textsFrom<T extends AnyTexts>(given: unknown, base: T): T {
  const texts: AnyTexts = { ...base };
  const replacing = (given || {}) as Record<string, string | Forms | undefined>;
  for (const [key, text] of Object.entries(base)) {
    const other = replacing[key];
    if (typeof other === 'string') texts[key] = typeof text === 'string' ? other : { other };
    else if (typeof text !== 'string' && other && typeof other.other === 'string') texts[key] = other;
  }
  for (const [former, key] of Object.entries(FORMER)) {
    const [one, text] = [replacing[former], texts[key]];
    if (typeof one === 'string' && typeof text === 'object') texts[key] = { ...text, 1: one };
  }
  return texts as T;
}

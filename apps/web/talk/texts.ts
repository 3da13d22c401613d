/**
 * Every word that only this part shows. A page replaces them as it replaces those of the element: no key is in both
 * lists.
 */
export const TALK_ENGLISH = {
  anyEmoji: 'Any emoji from your keyboard',
  replyingTo: 'Reply to {name}',
  edit: 'Edit',
  editing: 'Edit your message',
  unsay: 'Take back',
  unsayAsk: 'Take this message back? It disappears for everybody.',
  copyText: 'Copy text',
  copyMessageLink: 'Copy link',
  whyForeign: 'Only its author can change a message.',
  whyLate: 'This message is too old to be changed.',
  report: 'Report',
  reportAsk: 'Report this message from {name} to the moderators? Nobody else learns of it.',
  reportDone: 'The moderators can see your report.',
  blockedNow: '{name} can no longer send you private messages.',
  unblockedNow: '{name} can send you private messages again.',
  undo: 'Undo',
  offersYou: '{name} offers you this room.',
  takeOver: 'Accept',
  noFiles: 'This chat keeps no images or files. Put the image on the web and send its address (https://…).',
  maintenance: 'Maintenance at {time}, for about {duration}.',
  maintenanceNow: 'The chat is being maintained. It comes back by itself.',
};

export type TalkTexts = typeof TALK_ENGLISH;

/** These texts in another language. */
export type TalkTranslation = Partial<TalkTexts>;

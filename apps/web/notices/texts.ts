/** Every word of the notices. A page replaces them as it replaces those of the element: no key is in both lists. */
export const NOTICES_ENGLISH = {
  noticesWhen: 'While this tab is out of view',
  noticesOf: 'Tell me of',
  noticesOfAll: 'Every message',
  noticesOfMentions: 'Mentions and private messages',
  noticesOfNone: 'Nothing',
  noticesHow: 'How',
  noticesSound: 'Sound',
  noticesDesktop: 'Desktop notification',
  noticesOn: 'New messages will be shown here.',
  noticesHttp: 'Browsers allow notifications only on https pages. This page does not use https.',
  noticesFrame: 'Browsers allow notifications only on a page of its own. This chat is in a frame of another page.',
  noticesDenied: 'This browser blocks notifications from this site. You can allow them in the settings of the site.',
  noticesUnknown: 'This browser cannot show notifications.',
  noticeFrom: '{name} in {room}',
  noticePrivate: '{name}, to you only',
};

export type NoticesTexts = typeof NOTICES_ENGLISH;

/** The texts of the notices in another language. */
export type NoticesTranslation = Partial<NoticesTexts>;

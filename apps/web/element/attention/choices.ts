/** Where this origin stores what its visitor has chosen in the menu of notices. */
export const CHOICES_KEY = 'nobackend-chat-notices';

/** The wish of the visitor: which messages to be told of while nobody looks at the page, and how. */
export interface Choices {
  of: 'all' | 'mentions' | 'none';
  sound: boolean;
  desktop: boolean;
}

import { forms } from '../element/texts.js';

/** Every word that the widgets show by themselves. A page can replace any of them with the attribute `texts`. */
export const ENGLISH = {
  locale: '',
  vote: 'Vote',
  changeVote: 'Change my vote',
  voted: 'You voted for {option}.',
  closed: 'This poll is closed.',
  votes: forms('1 vote', '{n} votes'),
  share: '{percent}, {votes}',
  like: 'Like',
  visits: forms('1 visit', '{n} visits'),
  manyHere: forms('1 here', '{n} here'),
  waiting: 'No connection. Your vote is sent when you are online again.',
  refused: 'This room does not let you vote now.',
  failed: 'Your vote was not counted. Try again.',
  broken: 'This cannot be loaded here.',
};
export type Texts = typeof ENGLISH;

/** The texts of the widgets in another language. */
export type WidgetsTranslation = Partial<Omit<Texts, 'locale'>>;

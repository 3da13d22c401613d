import type { ChatEvent, UserRef } from '../../../../shared/protocol/events.js';
import type { Chat } from '../../client/api.js';
import { registry } from '../../client/registry.js';
import type { Conversation } from '../conversations/conversation.js';
import type { Piece } from '../dom/dom.js';
import type { Language } from '../language/choose.js';
import { loadTexts, runScript, type Scripts, textsOf } from '../language/load.js';
import type { Tools } from '../moderation/load-tools.js';
import type { Skeleton } from '../skeleton.js';

/** The parts of the element that work with single messages. */
export interface TalkDelegate {
  chat: Chat;
  skeleton: Skeleton;
  /** The texts of this part that are not in English, and all texts of the page as it gave them. */
  texts: unknown;
  current(): Conversation;
  /** The tools of users with a role, if they are loaded. */
  tools(): Tools | null;
  /** Returns whether a message is another user's, and neither that user nor this one has a role. */
  mayReport(event: ChatEvent): boolean;
  /** The people whom a message in the open conversation can name. */
  others(): UserRef[];
  /** This page lets the user accept the offer of a room. */
  canOwn: boolean;
  /** The last event that says who may own the room, or owns it now. */
  lastOffer(): ChatEvent | null;
  /** The library has the owner token now. */
  owned(): void;
  /** The user may do other things now, or do them to other people. */
  permissionsChanged(): void;
  /** The server's time in ms since 1970. */
  now(): number;
  /** Puts a text into the composer. */
  write(text: string): void;
  /** Says a text for a short time. It may offer an action. */
  say(text: Piece[] | string, action?: { label: string; act(): void }): void;
  /** Asks before something that cannot be undone. */
  ask(question: Piece[] | string, label: string, act: () => void): void;
  denial(failure: unknown): string;
  /** Draws what has changed in the log. */
  redraw(): void;
  settle(): void;
  /** Returns the name and the beginning of a message, on one line. */
  quoted(event: ChatEvent): Node[];
  /** Returns the text of a message on one line, without the marks of its formatting. */
  plainText(text: string): string;
  /** Returns a text with its web addresses as links. */
  linked(text: string): Piece[];
}

/** The user can do this with single messages: answer, react, edit, take back, copy, report. */
export interface Talk {
  /** The id of the message that the next one answers. */
  readonly re: string | undefined;
  /** The composer has the text of a message that is there already. */
  readonly isEditing: boolean;
  /** Opens or closes the menu of a message. `opener`: the button or the bubble. `onlyReact`: for a quick reaction. */
  toggleMenu(event: ChatEvent, opener: HTMLElement, onlyReact: boolean): void;
  reply(event: ChatEvent): void;
  react(event: ChatEvent, emoji: string, on: boolean): void;
  /** Edits the user's last message, if it is new enough. */
  editLast(): void;
  /** Sends the new text of the message that the user edits. Returns false if the user edits none. */
  sendEdit(text: string): boolean;
  /** Gives up an answer or an edit. Returns false if there is none. */
  stop(): boolean;
  /** Blocks or unblocks another user. */
  block(user: UserRef, on: boolean): void;
  /** The owner has offered the room to a user, or it has a new owner. */
  offered(event: ChatEvent): void;
  /** Messages have been removed. */
  removed(): void;
  /** Another conversation is open now. */
  close(): void;
  /** The user cannot do anything any more. */
  end(): void;
}

/**
 * The part of the registry that `/talk.js` fills. The key must change whenever `TalkDelegate` does: an open page may
 * load the script of a newer server, and must not call it then.
 */
export interface TalkRegistry {
  talk3?: (delegate: TalkDelegate) => Talk;
}

/** Their texts are in a file of their own. */
const PART = '.talk';

/** Loads the code and its texts. Resolves with null if there is no code: the page's policy may forbid it. */
export async function loadTalk(
  delegate: TalkDelegate,
  { language, scripts }: { language: Language; scripts: Scripts },
): Promise<Talk | null> {
  const page = registry() as TalkRegistry;
  await Promise.all([
    page.talk3 || runScript({ server: delegate.chat.server, nonce: scripts.nonce }, 'talk.js'),
    language.file && loadTexts(`${language.file}${PART}`, scripts),
  ]);
  const texts = { ...textsOf(language, PART), ...(delegate.texts as object) };
  return page.talk3 ? page.talk3({ ...delegate, texts }) : null;
}

import type { ChatEvent, Role } from '../../../../shared/protocol/events.js';
import { append, avatar, h, hueOf } from '../dom/dom.js';
import { roleMark } from '../dom/role-mark.js';
import type { Texts } from '../texts.js';
import { dayText, timeText } from '../times.js';
import { type Entry, sameMinute, startsDay, startsGroup } from './entries.js';
import { addImages, type ImageContext } from './images.js';
import { messageText } from './message-text.js';
import { notice } from './notice-row.js';
import { quote } from './quote.js';
import { type ReactionActs, reactionChips } from './reactions.js';

/** The things that the look of a row depends on, beside its entry. */
export interface RowContext extends ImageContext {
  /** The server's time in ms since 1970. */
  now: number;
  /** Returns whether the event is by this user, also under an earlier id. */
  isMine(event: ChatEvent): boolean;
  /** Returns whether the event is a message of another user that names this one. */
  isMention(event: ChatEvent): boolean;
  /** The id of the entry that has the mark "New" above it. */
  freshFrom: string;
  /** Returns the role that a user has now. */
  roleOf(id: number): Role | undefined;
  /** Returns what stands beside the bubble of a message. */
  toolsFor(event: ChatEvent, bubble: HTMLElement): Node[];
  /** Returns the message that another one answers: null if it is gone, undefined if it is not known yet. */
  quoted(id: string): ChatEvent | null | undefined;
  /** Shows a message, wherever it is in the log. */
  goTo(id: string): void;
  reactionActs: ReactionActs;
}

/** Draws an entry as it looks below the entry `before`. */
export function row(entry: Entry, before: Entry | undefined, context: RowContext): HTMLElement {
  const { texts } = context;
  const item = h('div', { class: 'row', 'data-id': entry.id });
  if (startsDay(entry, before))
    append(item, h('div', { class: 'day' }, h('span', {}, dayText(entry.at, context.now, texts))));
  if (entry.id === context.freshFrom)
    append(item, h('div', { class: 'fresh', part: 'new' }, h('span', {}, texts.fresh)));
  if (entry.message)
    append(item, message(entry.message, startsGroup(entry, before), !sameMinute(entry, before), context));
  else append(item, notice(entry, context));
  return item;
}

function message(event: ChatEvent, withAuthor: boolean, withTime: boolean, context: RowContext): HTMLElement {
  const mine = context.isMine(event);
  const isDelayed = event.type === 'delayed';
  const isMention = context.isMention(event);
  const kind = `message${mine ? ' mine' : ''}${isMention ? ' mention' : ''}`;
  const classes = `${kind}${withAuthor ? ' head' : ''}${isDelayed ? ' waiting' : ''}`;
  const item = h('div', { class: classes, part: mine ? 'message own' : isMention ? 'message mention' : 'message' });
  if (withAuthor) append(item, author(event, mine, context));
  const text = h('div', { class: 'text', dir: 'auto' }, ...content(event, context.texts));
  const stamp = time(event.imported || event.at, withAuthor || withTime, context.texts);
  const named = isMention ? h('span', { class: 'hidden' }, context.texts.mentionsYou) : null;
  const { re } = event;
  const answered = re ? quote(context.quoted(re), context.texts, () => context.goTo(re)) : null;
  const bubble = h('div', { class: 'bubble', part: 'bubble' }, answered, named, text);
  addImages(bubble, text, event.id, context);
  // the space is in no line, but in the text of the row
  append(bubble, ' ', event.editedAt ? h('span', { class: 'stamp' }, edited(context.texts), ' ', stamp) : stamp);
  append(item, h('div', { class: 'said' }, bubble, ...context.toolsFor(event, bubble)));
  append(item, reactionChips(event, context.texts, context.reactionActs));
  if (isDelayed) append(item, h('div', { class: 'note' }, context.texts.othersLater));
  return item;
}

function author(event: ChatEvent, mine: boolean, context: RowContext): HTMLElement {
  const { from } = event;
  const { texts } = context;
  const label = h('bdi', { class: 'name' }, from.name);
  label.style.setProperty('--hue', String(hueOf(from.id)));
  const you = mine ? h('span', { class: 'hidden' }, ` (${texts.you})`) : null;
  const mark = event.imported ? null : roleMark(context.roleOf(from.id), texts);
  const imported = event.imported ? h('small', { class: 'imported', part: 'imported' }, texts.imported) : null;
  const bot = from.bot ? h('small', { class: 'imported' }, texts.bot) : null;
  return h('div', { class: 'author' }, avatar(from.id, from.name), label, you, mark, imported, bot);
}

function content(event: ChatEvent, texts: Texts): Array<Node | string> {
  if (event.text !== undefined) return messageText(event.text, texts);
  return [h('em', {}, texts.sentData), ' ', h('code', {}, JSON.stringify(event.data))];
}

function edited(texts: Texts): HTMLElement {
  return h('small', { class: 'edited' }, texts.edited);
}

/** Within a group the time is visible only where it has changed. A screen reader reads each of them. */
function time(at: number, isVisible: boolean, texts: Texts): HTMLElement {
  return h('time', { datetime: new Date(at).toISOString(), class: isVisible ? '' : 'hidden' }, timeText(at, texts));
}

import type { ChatEvent } from '../../../../shared/protocol/events.js';
import { append, avatar, h, hueOf } from '../dom/dom.js';
import { noticeParts } from '../status/notices.js';
import type { Texts } from '../texts.js';
import { type Entry, sameMinute, startsDay, startsGroup } from './entries.js';
import { linked } from './links.js';
import { dayText, timeText } from './times.js';

/** What a row's look depends on beside its entry. */
export interface RowContext {
  texts: Texts;
  /** The server's time. */
  now: number;
  /** Who "you" are, now and under earlier ids. */
  isMine(event: ChatEvent): boolean;
  /** The entry above the mark "New". */
  freshFrom: string;
  /** Of those who keep the room in order: what stands beside a message. */
  beside?: ((event: ChatEvent) => Node[]) | undefined;
}

/** Draws an entry as it stands below `before`. */
export function row(entry: Entry, before: Entry | undefined, context: RowContext): HTMLElement {
  const { texts } = context;
  const item = h('div', { class: 'row', 'data-id': entry.id });
  if (startsDay(entry, before))
    append(item, h('div', { class: 'day' }, h('span', {}, dayText(entry.at, context.now, texts))));
  if (entry.id === context.freshFrom)
    append(item, h('div', { class: 'fresh', part: 'new' }, h('span', {}, texts.fresh)));
  if (entry.message)
    append(item, message(entry.message, startsGroup(entry, before), !sameMinute(entry, before), context));
  else append(item, notice(entry, texts));
  return item;
}

function notice(entry: Entry, texts: Texts): HTMLElement {
  const parts = noticeParts(entry.events, texts);
  return h('div', { class: parts.length > 0 ? 'notice' : 'nothing', part: 'notice' }, ...parts);
}

function message(event: ChatEvent, head: boolean, timed: boolean, context: RowContext): HTMLElement {
  const mine = context.isMine(event);
  const classes = `message${mine ? ' mine' : ''}${head ? ' head' : ''}`;
  const item = h('div', { class: classes, part: mine ? 'message own' : 'message' });
  if (head) append(item, author(event, mine, context.texts));
  const text = h('div', { class: 'text', dir: 'auto' }, ...content(event, context.texts));
  const bubble = h('div', { class: 'bubble', part: 'bubble' }, text, time(event.at, head || timed, context.texts));
  append(item, ...(context.beside ? [h('div', { class: 'said' }, bubble, ...context.beside(event))] : [bubble]));
  return item;
}

function author(event: ChatEvent, mine: boolean, texts: Texts): HTMLElement {
  const { id, name } = event.from;
  const label = h('bdi', { class: 'name' }, name);
  label.style.setProperty('--hue', String(hueOf(id)));
  const whose = mine ? h('span', { class: 'hidden' }, ` (${texts.you})`) : null;
  return h('div', { class: 'author' }, avatar(id, name), label, whose);
}

function content(event: ChatEvent, texts: Texts): Array<Node | string> {
  if (event.text !== undefined) return linked(event.text);
  return [h('em', {}, texts.sentData), ' ', h('code', {}, JSON.stringify(event.data))];
}

/** Within a group the time stands only where it has changed; a screen reader is told every one. */
function time(at: number, shown: boolean, texts: Texts): HTMLElement {
  return h('time', { datetime: new Date(at).toISOString(), class: shown ? '' : 'hidden' }, timeText(at, texts));
}

import type { ChatEvent, Reaction } from '../../../../shared/protocol/events.js';
import { counted, listed } from '../counts.js';
import { button, h, type Piece } from '../dom/dom.js';
import { onLongPress } from '../dom/long-press.js';
import { called, filled, isolated } from '../dom/sentence.js';
import type { Texts } from '../texts.js';

/** The emoji at hand. */
export const COMMON_EMOJI = ['👍', '❤️', '😂', '🎉', '😮', '😢'];

/** Acts on a reaction: makes it or takes it back; says who reacted. */
export interface ReactionActs {
  react(event: ChatEvent, emoji: string, on: boolean): void;
  tell(text: Piece[]): void;
}

/** Draws the reactions to a message: a button each, which makes the same reaction or takes it back. */
export function reactionChips(event: ChatEvent, texts: Texts, acts: ReactionActs): HTMLElement | null {
  const { reactions = [] } = event;
  if (reactions.length === 0) return null;
  return h('div', { class: 'reactions', part: 'reactions' }, ...reactions.map((one) => chip(event, one, texts, acts)));
}

function chip(event: ChatEvent, reaction: Reaction, texts: Texts, acts: ReactionActs): HTMLElement {
  const { emoji, count, mine } = reaction;
  const title = sentence(reaction, texts, isolated).join('');
  const made = button(
    { class: 'plain chip', 'aria-pressed': String(mine === true), title },
    () => acts.react(event, emoji, !mine),
    h('span', { class: 'emoji' }, emoji),
    h('span', {}, String(count)),
  );
  onLongPress(made, () => acts.tell(sentence(reaction, texts, called)));
  return made;
}

/** Returns "👍 by Anna, Bert and 5 others". */
function sentence({ emoji, count, users }: Reaction, texts: Texts, show: (name: string) => Piece): Piece[] {
  const names: Piece[][] = users.map(({ name }) => [show(name)]);
  const rest = count - users.length;
  if (rest > 0) names.push([counted(texts.others, rest, texts)]);
  return filled(texts.reactedBy, { emoji, names: listed(names, texts) });
}

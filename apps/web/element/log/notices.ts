import type { ChatEvent, UserRef } from '../../../../shared/protocol/events.js';
import { formFor } from '../counts.js';
import type { Piece } from '../dom/dom.js';
import { called, filled } from '../dom/sentence.js';
import { fill, type TextKey, type Texts } from '../texts.js';
import { durationText, numberText } from '../times.js';
import { comingsPieces } from './comings.js';

/** The rules that a notice tells, each with the texts for on and for off. A number above 0 is on. */
const RULE_TEXTS = {
  slow: ['slow', 'slowOff'],
  delay: ['delay', 'delayOff'],
  readonly: ['readOnly', 'readOnlyOff'],
  closed: ['closed', 'closedOff'],
  links: ['noLinksOff', 'noLinks'],
  words: ['words', 'wordsOff'],
  hold: ['hold', 'holdOff'],
  private: ['noPrivateOff', 'noPrivate'],
  listed: ['unlistedOff', 'unlisted'],
  names: ['namesAsked', 'namesAskedOff'],
  off: ['off', 'offOff'],
} as const;
type Rule = keyof typeof RULE_TEXTS;
const RULES = Object.keys(RULE_TEXTS) as Rule[];

/**
 * Returns the kind of notice that tells an event. Events of one kind share a notice, except those of the kind `action`.
 * Returns undefined for an event without a notice.
 */
export function noticeKind(event: ChatEvent): 'people' | 'removed' | 'action' | undefined {
  switch (event.type) {
    case 'joined':
    case 'renamed':
      return 'people';
    case 'left':
      return event.by ? 'action' : 'people';
    case 'removed':
      return event.user ? 'action' : 'removed';
    case 'cleared':
    case 'moderator':
    case 'offered':
    case 'owned':
    case 'muted':
    case 'voice':
      return 'action';
    case 'rules':
      return RULES.some((rule) => event[rule] !== undefined) ? 'action' : undefined;
    default:
      return undefined; // a message, or an event of a newer server
  }
}

/** Returns the sentence of a notice. It is empty if the few people who joined have left within it. */
export function noticePieces(events: ChatEvent[], texts: Texts): Piece[] {
  const [first] = events;
  if (!first) return [];
  const kind = noticeKind(first);
  if (first.type === 'voice') return voicePieces(first, texts);
  if (kind === 'people') return comingsPieces(events, texts);
  return kind === 'removed' ? removedPieces(first, events.length, texts) : actionPieces(first, texts);
}

/** Returns the name of the user that has done something. The host of the chat has the id 0. */
function actor({ id, name }: UserRef, texts: Texts): Piece {
  return id === 0 ? texts.theHost : called(name);
}

function removedPieces({ from }: ChatEvent, n: number, texts: Texts): Piece[] {
  return filled(formFor(texts.removedMany, n, texts), { name: actor(from, texts), n: numberText(n, texts) });
}

/** Tells what the owner, a moderator or the host has done. */
function actionPieces(event: ChatEvent, texts: Texts): Piece[] {
  const { type, from, by, user, banned, seconds } = event;
  const [author, target] = [actor(from, texts), user ? called(user.name) : ''];
  if (type === 'cleared') return filled(texts.cleared, { name: author });
  if (type === 'removed') return filled(texts.removedAllOf, { by: author, name: target });
  if (type === 'owned') return filled(texts.owned, { name: author });
  const time = durationText(banned || seconds || 0, texts);
  if (by) return filled(banned ? texts.banned : texts.sentOut, { name: author, by: actor(by, texts), time });
  if (type === 'muted') return seconds ? filled(texts.mutedYou, { by: author, time }) : [texts.mutedYouOff];
  if (type === 'rules') return [rulesText(event, texts)];
  return filled(roleText(event, texts), { by: author, name: target });
}

function roleText({ type, from, user, on }: ChatEvent, texts: Texts): string {
  if (type === 'offered') return texts.offered;
  if (!on) return texts.moderatorOff;
  return from.id === user?.id ? texts.moderatorByKey : texts.moderator;
}

function voicePieces({ user, on }: ChatEvent, texts: Texts): Piece[] {
  if (!user) return [on ? texts.voiceAll : texts.voiceAllOff];
  return filled(on ? texts.voice : texts.voiceOff, { name: called(user.name) });
}

/** Tells the rules that have changed. */
export function rulesText(rules: Pick<ChatEvent, Rule>, texts: Texts): string {
  const changes: string[] = [];
  for (const rule of RULES) {
    const isOn = rules[rule] && rules[rule] !== 'any';
    const key = rule === 'hold' ? holdKey(rules) : rules[rule] === undefined ? null : RULE_TEXTS[rule][isOn ? 0 : 1];
    if (key) changes.push(fill(texts[key], { n: numberText(Number(rules[rule]), texts) }));
  }
  return changes.join(' · ');
}

/** With the list of words comes how they are treated, which is no news when they are not held. */
function holdKey({ hold, words }: Pick<ChatEvent, Rule>): TextKey | null {
  if (hold === 'all') return 'holdAll';
  return hold ? 'hold' : hold === false && words === undefined ? 'holdOff' : null;
}

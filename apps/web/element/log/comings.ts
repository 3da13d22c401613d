import type { ChatEvent } from '../../../../shared/protocol/events.js';
import { counted, formFor, listed } from '../counts.js';
import type { Piece } from '../dom/dom.js';
import { called, enumerated, filled } from '../dom/sentence.js';
import type { Forms, Texts } from '../texts.js';

/** Names in one sentence. The sentence only counts the others. */
const NAMES_MAX = 3;
/** A notice of more people than this counts them. Their names are there on demand. */
const FEW_MAX = 4;
/** Names of each kind on demand: a notice may tell of thousands. */
const ALL_MAX = 100;

/** By id: the names of the people who have come, gone, or done both within a notice. */
export interface Comings {
  joined: Map<number, string>;
  left: Map<number, string>;
  /** They came and left again. */
  visited: Map<number, string>;
  renamed: ChatEvent[];
}

/** Returns what the events `joined`, `left` and `renamed` come to. Somebody who left and came back is not in it. */
export function comingsOf(events: ChatEvent[]): Comings {
  const joined = new Map<number, string>();
  const left = new Map<number, string>();
  const visited = new Map<number, string>();
  for (const { type, from } of events) {
    if (type === 'joined' && !left.delete(from.id)) {
      visited.delete(from.id);
      joined.set(from.id, from.name);
    }
    if (type === 'left') (joined.delete(from.id) ? visited : left).set(from.id, from.name);
  }
  return { joined, left, visited, renamed: events.filter(({ type }) => type === 'renamed') };
}

const peopleIn = ({ joined, left, visited }: Comings): number => joined.size + left.size + visited.size;

/** Tells who has come and gone. Many people are counted. */
export function comingsPieces(events: ChatEvent[], texts: Texts): Piece[] {
  const comings = comingsOf(events);
  const { joined, left, renamed } = comings;
  const people = peopleIn(comings);
  const isMixed = joined.size < people && left.size < people;
  return sentence([
    ...(people > FEW_MAX && isMixed
      ? [[counted(texts.cameAndWent, people, texts)]]
      : [crowdPieces(texts.joined, joined, texts), crowdPieces(texts.left, left, texts)]),
    ...(renamed.length > FEW_MAX
      ? [[counted(texts.renamedMany, renamed.length, texts)]]
      : renamed.map((event) => renamedPieces(event, texts))),
  ]);
}

/** Returns sentences with the names that `comingsPieces` only counts, or null if it counts none. */
export function allComings(events: ChatEvent[], texts: Texts): Piece[][] | null {
  const comings = comingsOf(events);
  const { joined, left, visited, renamed } = comings;
  if (peopleIn(comings) <= FEW_MAX && renamed.length <= FEW_MAX) return null;
  return [
    crowdPieces(texts.joined, joined, texts, ALL_MAX),
    crowdPieces(texts.left, left, texts, ALL_MAX),
    crowdPieces(texts.cameAndLeft, visited, texts, ALL_MAX),
    sentence(renamed.slice(0, ALL_MAX).map((event) => renamedPieces(event, texts))),
  ].filter((pieces) => pieces.length > 0);
}

const sentence = (parts: Piece[][]): Piece[] =>
  enumerated(
    parts.filter((pieces) => pieces.length > 0),
    ' · ',
    ' · ',
  );

const renamedPieces = ({ was, from }: ChatEvent, texts: Texts): Piece[] =>
  filled(texts.renamed, { was: called(was || ''), name: called(from.name) });

/** Tells what many users have done. It counts the names that it does not list. */
function crowdPieces(forms: Forms, people: Map<number, string>, texts: Texts, max = NAMES_MAX): Piece[] {
  const names = [...people.values()];
  if (names.length === 0) return [];
  const shown = names.length > max + 1 ? names.slice(0, max) : names;
  const rest = names.length - shown.length;
  const all: Piece[][] = shown.map((name) => [called(name)]);
  const list = rest > 0 ? [...all, [counted(texts.others, rest, texts)]] : all;
  return filled(formFor(forms, names.length, texts), { names: listed(list, texts) });
}

/**
 * Edits: authors change their own messages, or take them back, for EDIT_TTL. An entry of a log cannot change, so later
 * texts are in the log's overlay (`lua/parts/overlay.lua`), and `withEdit` lays them over their messages wherever these
 * are read.
 */
import { ChatError } from '../protocol/errors.js';
import { privateRoomUsers, type UserRef } from '../protocol/events.js';
import { notAllowed, writeRefusal } from './denials.js';
import { eventText, messageCost, scriptSafeJson } from './event-text.js';
import { type Filtered, SENDS_WINDOW_MS } from './messages.js';
import { asTold, moderationKeys } from './moderation.js';
import { runDurably } from './replication.js';
import type { OwnDenial } from './script-replies.js';
import type { Store } from './store.js';
import { hashOrNone } from './tokens.js';

/** A message of the user `from`, who wants to change it. */
export interface OwnMessage {
  room: string;
  from: UserRef;
  /** The log id of the message. */
  id: string;
}

/** A new text of a message. */
export interface Edit extends OwnMessage {
  text: string;
  owner?: string | undefined;
}

/** `at`: since when the message says so (ms since 1970), if it is edited at all. `isNew`: members are told. */
export interface Edited {
  at?: number;
  isNew: boolean;
}

/**
 * Gives a message another text, and tells the room. Resolves with null if the author (or in a private room, one of the
 * two) is not in the roster; with `filter` if that filter must be applied first. Throws what `appendMessage` throws;
 * `bad_request` for a message that is not there or has no text; `not_allowed` for a message of somebody else, one that
 * is too old, and an edit that would have to wait.
 */
export async function editMessage(
  store: Store,
  edit: Edit,
  filtered: Filtered,
): Promise<Edited | { filter: string } | null> {
  const { keys } = store;
  const [outcome, value] = await runDurably(store, 'edit', {
    ...moderationKeys(store, edit.room),
    slow: keys.slow(edit.room, edit.from.id),
    sends: keys.sends(edit.room),
    ...argumentsOf(store, edit, filtered),
  });
  switch (outcome) {
    case 'ok':
    case 'same':
      return { ...(value !== '' && { at: Number.parseInt(value, 10) }), isNew: outcome === 'ok' };
    case 'filter':
      return { filter: value };
    case 'not_in_room':
      return null;
    case 'no_text':
      throw new ChatError('bad_request', 'This message has no text.', { field: 'id' });
    case 'hold':
      throw notAllowed(filtered.holdsAll ? 'hold' : 'words');
    case 'delay':
      throw notAllowed('delay');
    case 'no_such_event':
    case 'foreign':
    case 'late':
      throw ownRefusal(store, outcome);
    default:
      throw writeRefusal(edit.room, outcome, value);
  }
}

function argumentsOf({ config }: Store, { room, from, id, text, owner }: Edit, filtered: Filtered) {
  const isPrivate = privateRoomUsers(room) !== null;
  const head = eventText({ type: 'edited', room, from, private: isPrivate || undefined, edited: id });
  return {
    id: from.id,
    room,
    messageId: id,
    eventHead: `${head.slice(0, -1)},"text":`,
    json: scriptSafeJson(text),
    maskedJson: filtered.masked ? scriptSafeJson(filtered.masked.text) : '',
    membersMin: isPrivate ? 2 : 1,
    undeliveredMax: config.logMax,
    ownerHash: hashOrNone(owner),
    roomSends: config.rateLimits ? config.roomSends : 0,
    window: SENDS_WINDOW_MS,
    cost: messageCost({ text }),
    filterHash: filtered.hash,
    verdict: filtered.verdict,
    ttl: config.editTtl * 1_000,
  };
}

/**
 * Takes a message back, and tells the room. Resolves with false if the author is not in the roster. Throws
 * `bad_request` for a message that is not there, `not_allowed` for one of somebody else or one that is too old.
 */
export async function unsayMessage(store: Store, { room, from, id }: OwnMessage): Promise<boolean> {
  const isPrivate = privateRoomUsers(room) !== null;
  const by = await asTold(store, room, from);
  const [outcome] = await runDurably(store, 'unsay', {
    ...moderationKeys(store, room),
    id: from.id,
    room,
    messageId: id,
    event: eventText({ type: 'removed', room, from: by, private: isPrivate || undefined, removed: id }),
    ttl: store.config.editTtl * 1_000,
  });
  if (outcome === 'ok') return true;
  if (outcome === 'not_in_room') return false;
  throw ownRefusal(store, outcome);
}

function ownRefusal({ config }: Store, outcome: OwnDenial): ChatError {
  if (outcome === 'no_such_event')
    return new ChatError('bad_request', 'There is no message with this id.', { field: 'id' });
  if (outcome === 'foreign' || config.editTtl === 0) return notAllowed(outcome);
  const message = `A message can be changed for ${config.editTtl} s.`;
  return new ChatError('not_allowed', message, { field: 'id', reason: 'late' });
}

/**
 * The contents of a room: what its owner can take to another room or server. They have no ids, no tokens and no
 * addresses. A message's place in the list is its number.
 */
import { crc32 } from 'node:zlib';
import { ChatError } from '../protocol/errors.js';
import {
  type ChatEvent,
  EXPORT_VERSION,
  type ExportedMessage,
  type RoomContents,
  type UserRef,
} from '../protocol/events.js';
import { EVENTS_MAX } from '../protocol/limits.js';
import { OPERATIONS } from '../protocol/operations.js';
import { notAllowed, writeRefusal } from './denials.js';
import { eventText } from './event-text.js';
import { readHistory } from './history.js';
import { type Actor, auditText, moderationKeys, notOwner } from './moderation.js';
import { runDurably } from './replication.js';
import { allRulesOf, readAudit } from './room-overview.js';
import type { Store } from './store.js';
import { hashOrNone } from './tokens.js';
import { readSharedValues } from './values.js';

/** The parameters of `rules` that are a rule. */
const RULES = OPERATIONS.rules.parameters.map(({ name }) => name).filter((name) => !/^(token|room|owner)$/.test(name));

/** A page of an export. */
interface ContentsPage {
  contents: RoomContents;
  /** Older messages are before this log id. */
  before?: string;
  /** Bytes that were read but are not in the page. */
  skipped: number;
}

/**
 * Reads a room's rules, values and newest messages; with `before`, only the messages before that log id. Two exports of
 * the same contents are the same bytes. Throws `not_owner`.
 */
export async function readContents(store: Store, actor: Actor, before?: string): Promise<ContentsPage> {
  const { role, rules } = await readAudit(store, actor);
  if (role !== 'owner') throw notOwner(actor.room);
  return readPage(store, actor.room, { ...rules }, before);
}

/** As `readContents`, for the host, who needs no role. */
export async function readContentsForHost(store: Store, room: string, before?: string): Promise<ContentsPage> {
  const fields = await store.redis.hgetall(store.keys.rules(room));
  return readPage(store, room, { ...allRulesOf(fields) }, before);
}

async function readPage(
  store: Store,
  room: string,
  rules: Record<string, unknown>,
  before: string | undefined,
): Promise<ContentsPage> {
  const [page, values] = await Promise.all([
    // no member has the id 0: what only one user may see is in no export
    readHistory(store, room, 0, { limit: EVENTS_MAX, before, types: ['message'] }),
    before === undefined ? readSharedValues(store, room) : {},
  ]);
  const events = page.events.map((text) => JSON.parse(text) as ChatEvent);
  const messages = events.map(exportedMessage);
  return {
    contents:
      before === undefined
        ? { version: EXPORT_VERSION, rules: rulesThatAreSet(rules), values: withoutIds(values), messages }
        : { version: EXPORT_VERSION, messages },
    ...(page.more && { before: events[0]?.id ?? page.before }),
    skipped: page.skipped,
  };
}

function exportedMessage({ at, from, text, data, editedAt, imported = at }: ChatEvent): ExportedMessage {
  return {
    at: imported,
    from: from.name,
    ...(text !== undefined && { text }),
    ...(data !== undefined && { data }),
    ...(editedAt !== undefined && { editedAt }),
  };
}

/**
 * Returns the values with a pinned message that names no id: those of its message and author mean nothing elsewhere.
 */
function withoutIds(values: Record<string, unknown>): Record<string, unknown> {
  return '@pin' in values ? { ...values, '@pin': pinBy(values['@pin'], (name) => ({ name })) } : values;
}

/** Returns the values as a room takes them: the author of the pinned message is nobody there, as that of a message. */
export function importedValues(values: Record<string, unknown>): Record<string, unknown> {
  return '@pin' in values ? { ...values, '@pin': pinBy(values['@pin'], importedSender) } : values;
}

/** Returns a pinned message without its id, with the author that `author` makes of the author's name. */
function pinBy(pin: unknown, author: (name: string) => object): unknown {
  if (typeof pin !== 'object' || pin === null || Array.isArray(pin)) return pin;
  const { id: _, from, ...rest } = pin as { id?: unknown; from?: { name?: unknown } | null };
  return { ...rest, ...(typeof from?.name === 'string' && { from: author(from.name) }) };
}

/** Returns the rules as `rules` takes them, in the order of its parameters. */
function rulesThatAreSet(rules: Record<string, unknown>): Record<string, unknown> {
  const isSet = (rule: unknown): boolean => rule !== undefined && !(Array.isArray(rule) && rule.length === 0);
  return Object.fromEntries(RULES.filter((name) => isSet(rules[name])).map((name) => [name, rules[name]]));
}

/** One part of an import. */
interface ImportPart {
  /** Of the import. */
  nonce: string;
  /** The number of the part, from 0 on. */
  part: number;
  /** `begin` before values and rules of the part are written, `end` afterwards, `whole` if it has none. */
  step: 'begin' | 'end' | 'whole';
  messages: readonly ExportedMessage[];
}

/**
 * Appends the messages of a part. The first part needs an empty room. Each part needs that its owner is alone there,
 * and that nobody has said anything since the part before it. If they are there already, does nothing and resolves with
 * `duplicate`, or with `done` if values and rules of the part are there, too. Throws `not_owner`, `not_allowed`,
 * `unavailable`, and `bad_request` if a part before it is missing.
 */
export async function importMessages(
  store: Store,
  actor: Actor,
  { nonce, part, step, messages }: ImportPart,
): Promise<'ok' | 'duplicate' | 'done'> {
  const { room, by, owner } = actor;
  const outcome = await runDurably(store, 'import', {
    ...moderationKeys(store, room),
    pending: store.keys.pending(room),
    values: store.keys.values(room),
    user: by.id,
    ownerHash: hashOrNone(owner),
    room,
    nonce,
    part,
    step,
    undeliveredMax: store.config.logMax,
    auditEntry: auditText(actor, { what: 'import' }),
    messages: messages.map((message) => ({ text: importedText(room, message) })),
  });
  switch (outcome) {
    case 'ok':
    case 'duplicate':
    case 'done':
      return outcome;
    case 'not_owner':
      throw notOwner(room);
    case 'missing':
      throw new ChatError('bad_request', `Part ${part} comes before the parts that it needs. Begin with part 0.`, {
        field: 'part',
      });
    case 'full':
      throw writeRefusal(room, outcome);
    default:
      throw notAllowed(outcome);
  }
}

function importedText(room: string, { at, from, text, data, editedAt }: ExportedMessage): string {
  return eventText({ type: 'message', room, from: importedSender(from), text, data, imported: at, editedAt });
}

/** Returns a sender who is nobody here: the id is negative, and the same for the same name. */
function importedSender(name: string): UserRef {
  return { id: -1 - crc32(name), name };
}

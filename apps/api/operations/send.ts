import { ChatError } from '../../../shared/protocol/errors.js';
import { privateRoomUsers } from '../../../shared/protocol/events.js';
import { authorize, authorizeIn, type Charge } from '../../../shared/store/authorize.js';
import { notAllowed, notInRoom } from '../../../shared/store/denials.js';
import { messageCost } from '../../../shared/store/event-text.js';
import { areKeptApart } from '../../../shared/store/kept-apart.js';
import {
  type Accepted,
  appendMessage,
  type Message,
  type SendsLimit,
  sendMessage,
} from '../../../shared/store/messages.js';
import { openPrivateRoom } from '../../../shared/store/private-rooms.js';
import type { Credentials } from '../../../shared/store/store.js';
import { parseToken } from '../../../shared/store/tokens.js';
import type { Context } from '../context.js';
import { costOf } from '../moderation/filters.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';
import type { Parameters } from './parameters/check.js';
import { requireContent } from './shared/content.js';
import { roomOf } from './shared/room-of.js';

/** How often a private message is tried. One of the two users may leave their room during each try. */
const PRIVATE_TRIES_MAX = 4;

/** Accepts a message. It is answered once the message is in the room's log; a worker then copies it to the members. */
export const send: Operation<'send'> = async (context, given, reply) => {
  requireContent('send', given);
  const parameters = context.serverFilter.apply(given);
  const limit = (await reply.limitOfSends?.(messageCost(parameters))) ?? null;
  const sent = await sendByUser(context, parameters, limit);
  context.admission.noteMessage(sent.room);
  context.fanOut.requestUnless(sent.heard, sent.room);
  if (!sent.accepted.pending) reply.onAccepted?.(sent.room, sent.accepted.id);
  return ok(acceptedAs(sent.accepted));
};

/** A message that was accepted. */
interface SentToRoom {
  room: string;
  accepted: Accepted;
  /** How many workers have heard of it. Undefined if nobody has told them. */
  heard?: number;
}

/** Returns what the sender is told about a message. */
export function acceptedAs({ id, duplicate, pending, until }: Accepted): {
  id: string;
  at: number;
  duplicate?: boolean;
  held?: boolean;
  until?: number;
} {
  return { id, at: Number.parseInt(id, 10), ...(duplicate && { duplicate }), ...(pending && { held: true, until }) };
}

/** Accepts a message: in one call of Redis where that is possible. */
async function sendByUser(
  context: Context,
  parameters: Parameters<'send'>,
  limit: SendsLimit | null,
): Promise<SentToRoom> {
  const { store } = context;
  const { token, room, to, text, data, re, id: nonce, owner } = parameters;
  const { id, tokenHash } = parseToken(token);
  const target = roomOf(id, room, to);
  const charge: Charge = { cost: 'message', times: costOf({ text, data }, store.config.rateLimits), text, nonce };
  const draft: Draft = { id, tokenHash, charge, text, data, re, nonce, owner };
  const isPrivate = target !== undefined && privateRoomUsers(target)?.includes(id);
  const atOnce = store.colocated && !isPrivate ? await sendAtOnce(context, draft, target, limit) : null;
  if (atOnce) return atOnce;
  await limit?.count();
  if (target !== undefined && isPrivate) {
    const { name } = await authorize(store, draft, charge);
    return { room: target, accepted: await appendPrivately(context, messageOf(draft, name, target)) };
  }
  return sendInSteps(context, draft, target);
}

/** A message before its sender's name and its room are known. */
interface Draft extends Credentials, Pick<Message, 'text' | 'data' | 're' | 'nonce' | 'owner'> {
  charge: Charge;
}

function messageOf({ id, tokenHash, text, data, re, nonce, owner }: Draft, name: string, room: string) {
  return { room, from: { id, name }, text, data, re, nonce, owner, tokenHash };
}

/** Sends by the name and room that this process knows. Resolves with null if it knows none, or they are outdated. */
async function sendAtOnce(
  { store, filters, senders }: Context,
  draft: Draft,
  asked: string | undefined,
  limit: SendsLimit | null,
): Promise<SentToRoom | null> {
  const known = senders.get(draft.id);
  if (!known) return null;
  const room = asked ?? known.room;
  const message = messageOf(draft, known.name, room);
  const how = { charge: draft.charge, isOnly: asked === undefined, limit };
  const sent = await filters.write(message, async (filtered) => {
    const outcome = await sendMessage(store, message, how, filtered);
    how.limit = null; // it has been counted, if the message has to pass another filter
    return outcome;
  });
  if (!sent) throw notInRoom(room);
  return 'outdated' in sent ? null : { room, accepted: sent, heard: sent.heard };
}

async function sendInSteps(context: Context, draft: Draft, asked?: string): Promise<SentToRoom> {
  const sender = await authorizeIn(context.store, draft, asked, draft.charge);
  context.senders.learn(draft.id, sender);
  return { room: sender.room, accepted: await append(context, messageOf(draft, sender.name, sender.room)) };
}

async function append({ store, filters }: Context, message: Message): Promise<Accepted> {
  const accepted = await filters.write(message, (filtered) => appendMessage(store, message, filtered));
  if (!accepted) throw notInRoom(message.room);
  return accepted;
}

/** Appends a private message. If one of the two users is not in their private room, both enter it. */
async function appendPrivately({ store }: Context, message: Message): Promise<Accepted> {
  const { room, from } = message;
  const other = privateRoomUsers(room)?.find((id) => id !== from.id) ?? 0;
  if (await areKeptApart(store, from.id, other)) throw notAllowed('private');
  for (let attempt = 0; attempt < PRIVATE_TRIES_MAX; attempt += 1) {
    const accepted = await appendMessage(store, message);
    if (accepted && 'id' in accepted) return accepted; // a private room has no rules
    await openPrivateRoom(store, room, from.id, other);
  }
  throw new ChatError('unavailable', `The room ${room} is being entered and left too fast. Try again.`, {
    retryAfter: 1,
  });
}

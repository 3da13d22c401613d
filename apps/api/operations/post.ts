import { ChatError } from '../../../shared/protocol/errors.js';
import type { UserRef } from '../../../shared/protocol/events.js';
import { DEFAULT_ROOM } from '../../../shared/protocol/limits.js';
import { messageCost } from '../../../shared/store/event-text.js';
import { findHook } from '../../../shared/store/hooks-in.js';
import type { Accepted } from '../../../shared/store/messages.js';
import { guestName } from '../../../shared/store/nicknames.js';
import { appendPost, type Post, posterOf } from '../../../shared/store/posts.js';
import { saysRole } from '../../../shared/store/role-names.js';
import { nameOfRole } from '../../../shared/store/room-names.js';
import type { Context } from '../context.js';
import { costOf } from '../moderation/filters.js';
import { ok, type Reply } from '../reply.js';
import type { Operation } from './operation.js';
import type { Parameters } from './parameters/check.js';
import { acceptedAs } from './send.js';
import { requireContent } from './shared/content.js';

/** How many guest names are tried. */
const GUEST_TRIES_MAX = 8;

/** Accepts a message of somebody who is not in the room, by a name or by an incoming webhook. Nobody comes or goes. */
export const post: Operation<'post'> = async (context, given, reply) => {
  requireContent('post', given);
  const { admission, fanOut, serverFilter } = context;
  const parameters = serverFilter.apply(given);
  const limit = await reply.limitOfSends?.(messageCost(parameters));
  await limit?.count();
  const message = await (parameters.hook === undefined ? ofStranger : ofHook)(context, parameters, reply);
  const { accepted, from } = await append(context, message, parameters.name === undefined, reply);
  admission.noteMessage(message.room);
  fanOut.request(message.room);
  if (!accepted.pending) reply.onAccepted?.(message.room, accepted.id);
  return ok({ ...acceptedAs(accepted), room: message.room, from });
};

type Given = Parameters<'post'>;

async function ofStranger({ store }: Context, given: Given, reply: Reply): Promise<Post> {
  // its message would be one of a stranger, which hooks send on: it would go round for ever
  if (reply.isOfHook)
    throw new ChatError('bad_request', 'An outgoing hook writes into a room by a webhook of that room.', {
      field: 'hook',
    });
  const { room = DEFAULT_ROOM, name, key, owner, secret } = given;
  if (name !== undefined && saysRole(name)) throw await nameOfRole(store, [room], name);
  const addresses = await reply.addressHashes();
  const entry = { key, owner, secret, addresses };
  return { ...contentOf(given, store), room, from: posterOf(room, addresses, name), owner, entry, hookHash: '' };
}

async function ofHook({ store }: Context, given: Given): Promise<Post> {
  const { hook = '', room: asked, name } = given;
  if (name !== undefined) throw new ChatError('bad_request', 'A webhook has its own name.', { field: 'name' });
  const { room, from, hash } = await findHook(store, hook);
  if (asked !== undefined && asked !== room)
    throw new ChatError('bad_request', 'This webhook is of another room.', { field: 'room' });
  return { ...contentOf(given, store), room, from, entry: {}, hookHash: hash };
}

function contentOf({ text, data, re, id: nonce }: Given, { config }: Context['store']) {
  return { text, data, re, nonce, times: costOf({ text, data }, config.rateLimits), mayMake: false };
}

/** Appends a message; of a guest, under a name that nobody in the room has. */
async function append(
  context: Context,
  first: Post,
  isGuest: boolean,
  reply: Reply,
): Promise<{ accepted: Accepted; from: UserRef }> {
  let message = first;
  for (let tries = 1; ; tries += 1) {
    try {
      return { accepted: await appendOrMake(context, message, reply), from: message.from };
    } catch (error) {
      const isTaken = error instanceof ChatError && error.code === 'name_taken';
      if (!isTaken || !isGuest || tries === GUEST_TRIES_MAX) throw error;
      message = { ...message, from: posterOf(message.room, message.entry.addresses ?? [], guestName()) };
    }
  }
}

async function appendOrMake({ store, filters }: Context, message: Post, reply: Reply): Promise<Accepted> {
  const write = (mayMake: boolean) =>
    filters.write(message, (filtered) => appendPost(store, { ...message, mayMake }, filtered));
  let accepted = await write(false);
  if (accepted && 'isNew' in accepted) {
    await reply.countRoom?.(message.room);
    accepted = await write(true);
  }
  if (!accepted || 'isNew' in accepted) throw new Error(`the room ${message.room} takes no post`);
  return accepted;
}

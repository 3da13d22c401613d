/** `npx nobackend-chat export ROOM` prints a room's contents as JSON, for its owner or for the host. */
import { setTimeout as sleep } from 'node:timers/promises';
import { asScript } from '../command.js';
import { Refusal, Visitor } from './client.js';
import { hostOf } from './host.js';
import { harmlessJson } from './lines.js';

/** A longer wait is no rate, but a ban or a cooldown. */
const WAIT_MAX_S = 60;

/**
 * A page of contents. `before`: older messages are before this one.
 *
 * @typedef {{ data: { messages: object[] }, before?: string }} Page
 * @typedef {(before: string | undefined) => Promise<Page>} Read
 */

/**
 * @param {import('./client.js').VisitOptions} options
 * @param {string[]} operands
 */
export default function exportRoom(options, [room = '']) {
  asScript(async () => {
    const contents = await (options.owner ? asOwner(room, options) : all(asHost(room, options)));
    process.stdout.write(`${harmlessJson(contents)}\n`);
  });
}

/**
 * @param {string} room
 * @param {import('./client.js').VisitOptions} options
 */
async function asOwner(room, options) {
  const visitor = new Visitor(room, options);
  await visitor.join(0);
  try {
    return await all((before) => visitor.call('export', { room, before }));
  } finally {
    await visitor.leave();
  }
}

/**
 * @param {string} room
 * @param {import('./client.js').VisitOptions} options
 * @returns {Read}
 */
function asHost(room, options) {
  const ask = hostOf(options, 'export', ", or give the room's owner token with --owner");
  return (before) => ask(`/admin/export?${new URLSearchParams({ room, ...(before && { before }) })}`);
}

/** Resolves with the contents of all pages. They come with the newest messages first. */
async function all(/** @type {Read} */ read) {
  let { data, before } = await read(undefined);
  while (before) {
    const page = await patiently(read, before);
    data = { ...data, messages: [...page.data.messages, ...data.messages] };
    before = page.before;
  }
  return data;
}

/**
 * Reads a page, and waits where the rate of calls is exceeded.
 *
 * @param {Read} read
 * @param {string} before
 */
async function patiently(read, before) {
  for (;;) {
    try {
      return await read(before);
    } catch (error) {
      const seconds = error instanceof Refusal ? error.retryAfter : undefined;
      if (seconds === undefined || seconds > WAIT_MAX_S) throw error;
      await sleep(seconds * 1_000);
    }
  }
}

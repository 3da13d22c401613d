/**
 * Edits: later texts of messages. An entry of a log cannot change, so they are in the log's overlay
 * (`lua/parts/overlay.lua`), and lie over their messages wherever these are read.
 */
import type { ChatEvent } from '../protocol/events.js';
import { scriptSafeJson } from './event-text.js';

/** What a message says now, and since when (ms since 1970). */
type Edit = Required<Pick<ChatEvent, 'text' | 'editedAt'>>;

/** Parses what the overlay has of a message: the log id of its `edited` event, and its text as JSON. */
function parseEdit(edit: string): Edit {
  return { text: JSON.parse(edit.slice(edit.indexOf(' ') + 1)) as string, editedAt: Number.parseInt(edit, 10) };
}

/** Returns a message's text in the log with its edit; '' for none. */
export function withEdit(text: string, edit: string): string {
  return edit === '' ? text : scriptSafeJson({ ...(JSON.parse(text) as ChatEvent), ...parseEdit(edit) });
}

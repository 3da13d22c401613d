/** The body of a poll's answer, as JSON text. A message of a stream is the same. */
import { ok } from '../reply.js';

export interface PollContent {
  /** Texts joined by commas. */
  events: string;
  signals: string;
  missed: number;
  reset: boolean;
  /** The announcement of the host, '' for none. */
  news: string;
}

export function pollBody(cursor: string, { events, signals, missed, reset, news }: PollContent): string {
  const all = events && signals ? `${events},${signals}` : events + signals;
  if (missed === 0 && !reset && news === '') return `{"ok":true,"cursor":"${cursor}","events":[${all}]}`;
  const fields = { cursor, ...(missed > 0 && { missed }), ...(reset && { reset }) };
  return ok(fields, { events: `[${all}]`, ...(news !== '' && { news }) });
}

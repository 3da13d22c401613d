/** The host says something to all rooms, or takes it back. */
import * as v from 'valibot';
import type { AnnounceReply, AnnounceRequest } from '../../../shared/protocol/admin.js';
import { ChatError } from '../../../shared/protocol/errors.js';
import { announce } from '../../../shared/store/announcement.js';
import { recordOperatorAction } from '../../../shared/store/operator.js';
import type { Store } from '../../../shared/store/store.js';

/** The bar in the pages has room for some lines. */
const TEXT_MAX = 300;
const WEEK_S = 604_800;
const MONTH_MS = 31 * 86_400_000;
/** A day. */
const MINUTES_MAX = 1_440;

const TEXT = `text must have at most ${TEXT_MAX} characters.`;
function whole(field: string, min: number, max: number) {
  const allowed = `${field} must be a whole number from ${min} to ${max}.`;
  return v.pipe(v.number(allowed), v.integer(allowed), v.minValue(min, allowed), v.maxValue(max, allowed));
}
const Request = v.strictObject(
  {
    kind: v.picklist(['notice', 'maintenance', 'none'], 'kind must be notice, maintenance or none.'),
    text: v.optional(v.pipe(v.string(TEXT), v.trim(), v.maxLength(TEXT_MAX, TEXT)), ''),
    seconds: v.optional(whole('seconds', 1, WEEK_S)),
    begins: v.optional(whole('begins', 0, Number.MAX_SAFE_INTEGER)),
    minutes: v.optional(whole('minutes', 1, MINUTES_MAX)),
  },
  'An announcement has kind, text, seconds, begins and minutes.',
);

/** Returns a checked request. Throws `bad_request`. */
export function checkAnnouncement(body: unknown): AnnounceRequest {
  const { success, output, issues } = v.safeParse(Request, body);
  if (!success) throw new ChatError('bad_request', issues[0].message);
  const { kind, text, begins, minutes, seconds } = output;
  if (kind === 'notice' && text === '') throw new ChatError('bad_request', 'Give a text.');
  if (kind === 'maintenance' && (begins === undefined || minutes === undefined))
    throw new ChatError('bad_request', 'Say when the maintenance begins, and for how many minutes.');
  if (begins !== undefined && Math.abs(begins - Date.now()) > MONTH_MS)
    throw new ChatError('bad_request', 'The maintenance begins within a month.');
  if (kind === 'maintenance' && Number(begins) + Number(minutes) * 60_000 < Date.now())
    throw new ChatError('bad_request', 'The maintenance would be over already. Look at its day and time.');
  const times = kind === 'maintenance' ? { begins, minutes } : {};
  return { kind, text: kind === 'none' ? '' : text, ...times, ...(seconds !== undefined && { seconds }) };
}

/** Says it in all rooms, in the place of what was said before, and records that. */
export async function runAnnouncement(
  store: Store,
  by: string,
  { seconds, ...said }: AnnounceRequest,
): Promise<AnnounceReply> {
  await announce(store, { ...said, ...(seconds !== undefined && { until: Date.now() + seconds * 1_000 }) });
  await recordOperatorAction(store, by, said.kind === 'none' ? 'announce_end' : 'announce', said.text, seconds);
  return { ok: true };
}

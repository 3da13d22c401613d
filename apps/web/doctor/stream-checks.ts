/** The check of streams, and how the events of the page's own chat come. */
import type { Answers } from '../client/answers.js';
import { asFailure, Failure } from '../client/errors.js';
import { FIRST_BYTE_MAX_MS } from '../client/stream-times.js';
import { openStream } from '../client/streams/open-stream.js';
import { type Transport, within } from '../client/transport/transport.js';
import { type Finding, good, note } from './findings.js';

/** A message takes less time than this, unless something keeps the stream back. */
const DELIVERY_MAX_MS = 5_000;
const SECONDS = FIRST_BYTE_MAX_MS / 1_000;
const BUFFERED = 'Something between you and the server keeps streams back, probably a proxy that buffers them.';

/** How the events of the page's chat come, by the library's word for it. */
const WAYS: Record<string, string> = {
  stream: 'The events of this chat come by a stream.',
  tab: 'Another tab of this page holds the connection of this chat.',
  soon: 'This chat polls, and is about to open a stream.',
  fetch: 'This chat polls, because the page asked for it.',
  jsonp: 'This chat polls, because it uses script tags.',
  late: `This chat polls, because the first bytes of its stream did not come within ${SECONDS} s: a proxy buffers it.`,
  silent: 'This chat polls, because its stream stalled: nothing came for 20 s.',
  cut: 'This chat polls, because its streams were cut again and again.',
  refused: 'This chat polls, because the server refused its streams.',
  crowded: 'This chat polls, because other requests had to wait for a free connection.',
};
/** Those that are as they should be. */
const FINE = /^(stream|tab|soon)?$/;

/** Adds how the events of the page's chat come. */
export function withWay({ about, verdict, sentence }: Finding, way: string): Finding {
  const words = WAYS[way] === undefined ? sentence : `${sentence} ${WAYS[way]}`;
  return { about, verdict: verdict === 'good' && !FINE.test(way) ? 'note' : verdict, sentence: words };
}

/** A promise, and the function that resolves it. */
function signal(): [happened: Promise<void>, happen: () => void] {
  let happen = (): void => undefined;
  const happened = new Promise<void>((resolve) => {
    happen = resolve;
  });
  return [happened, happen];
}

/** Opens a stream as the guest, and sends a message. It comes at once if streams get through. */
export async function checkStreams(server: string, transport: Transport, guest: Answers['join']): Promise<Finding> {
  if (transport.name !== 'fetch')
    return note('streams', 'Not checked, because fetch cannot reach the server. Script tags have no streams.');
  const { token, cursor, room } = guest;
  const text = `doctor ${Math.random()}`;
  const [begun, begin] = signal();
  const [arrived, arrive] = signal();
  const call = openStream({ Failure, fetch, within }, server, { token, cursor }, async (answer) => {
    begin();
    if (answer !== 0 && answer.events.some((one) => 'text' in one && one.text === text)) arrive();
  });
  const failed = call.done.catch(asFailure);
  try {
    const failure = await Promise.race([begun, failed]);
    if (failure) return refusal(failure);
    const sentAt = Date.now();
    const sent = await transport.call('send', { token, room: room.name, text }, DELIVERY_MAX_MS).done.catch(asFailure);
    if (sent instanceof Failure) return note('streams', `Not checked, because no message was sent: ${sent.message}`);
    const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), DELIVERY_MAX_MS));
    const outcome = await Promise.race([arrived, failed, late]);
    if (outcome) return note('streams', `${BUFFERED} The library polls instead.`);
    return good('streams', `Streams get through. A message took ${Date.now() - sentAt} ms.`);
  } finally {
    call.abandon();
  }
}

function refusal({ code, message }: Failure): Finding {
  if (code === 'network') return note('streams', `${BUFFERED} The library polls instead.`);
  return note('streams', `The server refuses streams, so the library polls: ${message}`);
}

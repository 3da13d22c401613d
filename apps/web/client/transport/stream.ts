/**
 * Streams: server-sent events, read by `fetch`. `EventSource` would not do: it hides the comments that show that a quiet
 * stream is alive, and it comes again by itself.
 */
import { Failure, NO_ANSWER } from '../errors.js';
import { FIRST_BYTE_MAX_MS, SILENCE_MAX_MS } from '../stream-times.js';
import { readText } from './read-text.js';
import { type Call, type Hear, type Progress, type StreamPosition, within } from './transport.js';

/** The longest time that a timer can wait: 25 days. */
const UNLIMITED_MS = 0x7fffffff;

/**
 * Opens a stream. `done` rejects when it ends: with the server's refusal, or with `network` and a `retryAfter` if the
 * server has told when to come again.
 */
export function openStream(server: string, position: StreamPosition, hear: Hear): Call<never> {
  return within(FIRST_BYTE_MAX_MS, (progress) => {
    const controller = new AbortController();
    const { signal } = controller;
    fetch(`${server}/api/stream?${new URLSearchParams(position)}`, {
      headers: { Accept: 'text/event-stream' }, // so that errors are messages, too
      credentials: 'omit',
      signal,
    }).then((response) => read(response, progress, hear, signal), progress.failed);
    return () => controller.abort();
  });
}

/** Matches the end of a message: when to come again, in ms, and the data. */
const PARTS = /(?:retry: (\d+)\n?)?(?:data: (.*))?$/;

async function read(response: Response, progress: Progress, hear: Hear, signal: AbortSignal): Promise<void> {
  const { answered, failed, alive } = progress;
  let retryAfter = 0;
  let rest = '';
  let last = '';
  const take = async (message: string): Promise<void> => {
    if (signal.aborted) return;
    last = message;
    const [, retryMs, data = '0'] = PARTS.exec(message) as string[];
    if (retryMs) retryAfter = +retryMs / 1_000;
    const answer = JSON.parse(data);
    if (answer && !answer.ok) answered(answer);
    else await hear(answer);
  };
  try {
    await readText(response, async (text) => {
      alive(UNLIMITED_MS);
      const messages = (rest + text).split('\n\n');
      rest = messages.pop() as string;
      for (const message of messages) await take(message);
      alive(SILENCE_MAX_MS);
    });
  } catch (thrown) {
    if (thrown instanceof Failure) failed(thrown);
  }
  // the last words of a server that ends a stream are when to come again
  failed(new Failure('network', /^retry/.test(last) ? NO_ANSWER.ended : NO_ANSWER.unreachable, { retryAfter }));
}

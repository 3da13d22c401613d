/**
 * Streams: server-sent events, read by `fetch`. `EventSource` would not do: it hides the comments that show that a
 * quiet stream is alive, and it comes again by itself.
 */
import type { Answers } from '../answers.js';
import { NO_ANSWER } from '../errors.js';
import type { Core } from '../stream-code.js';
import { FIRST_BYTE_MAX_MS, SILENCE_MAX_MS } from '../stream-times.js';
import { readText } from '../transport/read-text.js';
import type { Call, Progress } from '../transport/transport.js';

/** Where a stream goes on. */
type StreamPosition = { token: string; cursor: string };

/** Takes each part of a stream: an answer, or just a sign of life. The next part waits until it resolves. */
type Hear = (answer: Answers['poll'] | 0) => Promise<void>;

/** The longest time that a timer can wait: 25 days. */
const UNLIMITED_MS = 0x7fffffff;

/**
 * Opens a stream. `done` rejects when it ends: with the server's refusal, or with `network` and a `retryAfter` if the
 * server has told when to come again.
 */
export function openStream(core: Core, server: string, position: StreamPosition, hear: Hear): Call<never> {
  const { fetch: request, within } = core; // as plain functions: a browser's `fetch` refuses another `this`
  return within(FIRST_BYTE_MAX_MS, (progress) => {
    const controller = new AbortController();
    const { signal } = controller;
    request(`${server}/api/stream?${new URLSearchParams(position)}`, {
      headers: { Accept: 'text/event-stream' }, // so that errors are messages, too
      credentials: 'omit',
      signal,
    }).then((response) => read(core, response, { progress, hear, signal }), progress.failed);
    return () => controller.abort();
  });
}

/** Matches the end of a message: when to come again, in ms, and the data. */
const PARTS = /(?:retry: (\d+)\n?)?(?:data: (.*))?$/;

interface Reading {
  progress: Progress;
  hear: Hear;
  signal: AbortSignal;
}

async function read({ Failure }: Core, response: Response, { progress, hear, signal }: Reading): Promise<void> {
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

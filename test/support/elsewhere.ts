/** Somebody else in a room, straight at the API. */
import type { Answers } from '../../apps/web/client/answers.js';
import { ask } from './client.js';
import { until } from './until.js';

/** Sends texts, and waits until all is delivered: until then the log keeps more than its history. */
export async function sendElsewhere(api: string, room: string, texts: string[]): Promise<void> {
  const { token } = await ask<{ token: string }>(api, 'join', { room });
  for (const text of texts) await ask(api, 'send', { token, room, text });
  let cursor: string | undefined;
  const heardLast = async (): Promise<boolean> => {
    const answer: Answers['poll'] = await ask(api, 'poll', { token, cursor, timeout: 1 });
    ({ cursor } = answer);
    return answer.events.some((event) => 'text' in event && event.text === texts.at(-1));
  };
  await until(heardLast, 'all is delivered');
}

export const numbered = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => `${from + i}`);

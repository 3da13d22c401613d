/** What the metrics say of streams. */
import { expect } from 'vitest';

/** The ADMIN_PASSWORD of a system whose metrics a test reads. */
export const PASSWORD = 'a long password';

export async function metricsOf(url: string): Promise<string> {
  const authorization = `Basic ${Buffer.from(`:${PASSWORD}`).toString('base64')}`;
  return (await fetch(`${url}/metrics`, { headers: { authorization } })).text();
}

/** How many streams all processes hold. */
export async function heldStreams(url: string): Promise<number> {
  return Number(/^chat_held_streams (\d+)$/m.exec(await metricsOf(url))?.[1] ?? expect.fail('no metric of streams'));
}

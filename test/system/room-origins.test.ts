/** Posts and webhooks at a chat that serves only pages of its host. */
import { expect } from 'vitest';
import { systemWith } from '../support/fixtures/system.js';

const it = systemWith({ env: { ALLOWED_ORIGINS: 'https://own.example' } });

it('a post from a foreign page is refused by its origin; one of an own page, and of a program, is not', async ({
  url,
}) => {
  const post = async (headers: Record<string, string>): Promise<[number, unknown]> => {
    const response = await fetch(`${url}/r/lobby`, { method: 'POST', body: 'text', headers });
    const { error } = (await response.json()) as { error?: { code: string } };
    return [response.status, error?.code];
  };
  expect(await post({ origin: 'https://evil.example' })).toEqual([403, 'origin_refused']);
  expect(await post({ origin: 'https://own.example' })).toEqual([200, undefined]);
  expect(await post({})).toEqual([200, undefined]);
  const hook = await fetch(`${url}/h/lobby.${'x'.repeat(24)}`, {
    method: 'POST',
    body: 'text',
    headers: { origin: 'https://evil.example' },
  });
  expect(hook.status).toBe(403);
});

/** Every limit at its edge: what is just allowed works, one beyond is refused, and the message says what is allowed. */

import { describe, expect } from 'vitest';
import { BODY_BYTES } from '../../shared/protocol/limits.js';
import { call, type Failure, fetchText, type Way } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import { EMOJI, LIMITS } from '../support/limits-table.js';
import type { TestSystem } from '../support/processes.js';
import { TestUser } from '../support/user.js';

const it = systemWith({ env: { RATE_LIMITS: 'off' } });
let system: TestSystem, url: string, user: TestUser;
it.beforeAll(async ({ system: started }) => {
  system = started;
  url = system.url;
  user = await TestUser.join(url, { room: 'limits' });
});

describe.each(LIMITS)('$field of $operation', ({ operation, field, allowed, refused, says, also = {} }) => {
  const ask = (way: Way, value: unknown) =>
    call(url, operation, { token: user.token, ...also, [field]: value }, { way });

  it.each<Way>(['api-post', 'jsonp'])('by %s is taken at its limit', async (way) => {
    for (const value of allowed) {
      if (operation === 'poll') await user.send({ text: 'so that the poll need not wait', room: 'limits' });
      const { body } = await ask(way, value);
      expect(body, JSON.stringify(value)?.slice(0, 50)).toMatchObject({ ok: true });
    }
  });

  it.each<Way>(['api-post', 'jsonp'])('by %s is refused beyond, saying what is allowed', async (way) => {
    for (const value of refused) {
      const { body } = await ask(way, value);
      expect(body, JSON.stringify(value)?.slice(0, 50)).toEqual({
        ok: false,
        error: { code: 'bad_request', status: 400, field, message: says },
      });
    }
  });
});

describe('a body', () => {
  const post = async (body: string) => {
    const { status, text } = await fetchText('POST', `${url}/api/rooms`, undefined, body);
    return { status, error: (JSON.parse(text) as { error?: Failure }).error };
  };

  it(`may have ${BODY_BYTES} bytes and not one more`, async () => {
    expect((await post('{}'.padEnd(BODY_BYTES))).status).toBe(200);
    expect(await post('{}'.padEnd(BODY_BYTES + 1))).toMatchObject({
      status: 413,
      error: { code: 'too_large', message: `The body must have at most ${BODY_BYTES} bytes.` },
    });
  });

  it('has room for the largest text and data, even escaped character by character', async () => {
    const escaped = (text: string): string =>
      [...text].flatMap((one) => one.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16)}`)).join('');
    const body = `{"token":"${user.token}","room":"limits","text":"${escaped(EMOJI.repeat(2_000))}","data":"${escaped(EMOJI.repeat(1_023))}"}`;
    const { status } = await fetchText('POST', `${url}/api/send`, undefined, body);
    expect(status).toBe(200);
  });

  it('or a URL of JSONP, percent-encoded, likewise', async () => {
    expect(
      (
        await call(
          url,
          'send',
          { token: user.token, room: 'limits', text: EMOJI.repeat(2_000), data: EMOJI.repeat(1_023) },
          { way: 'jsonp' },
        )
      ).body.ok,
    ).toBe(true);
  });
});

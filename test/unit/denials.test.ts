/** Why something failed, in the words of the element: somebody who reads no English must not meet the server's. */
import { describe, expect, it } from 'vitest';
import type { ChatFailure } from '../../apps/web/client/api.js';
import { denialText } from '../../apps/web/element/status/denials.js';
import { ENGLISH, type Texts, textsFrom } from '../../apps/web/element/texts.js';
import { texts as german } from '../../apps/web/languages/de.js';
import { ERRORS } from '../../shared/protocol/errors.js';

const MESSAGE = "the server's own words";
/** Mistakes of a page or a program, which a visitor can do nothing about. */
const MISTAKES = [
  'callback_missing',
  'callback_invalid',
  'unknown_operation',
  'bad_request',
  'method_not_allowed',
  'conflict',
  'not_allowed', // has a reason
  'superseded',
];
const texts: Texts = textsFrom({ ...german, locale: 'de' }, ENGLISH);
const failure = (given: Partial<ChatFailure>): ChatFailure => ({ name: '', message: MESSAGE, code: 'left', ...given });

describe('a failed call', () => {
  it.each(Object.keys(ERRORS).filter((code) => !MISTAKES.includes(code)))('with the code %s has a text', (code) => {
    const text = denialText(failure({ code: code as ChatFailure['code'], retryAfter: 5 }), texts);
    expect(text).not.toContain(MESSAGE);
    expect(Object.values(ENGLISH)).not.toContain(text);
    expect(text).not.toMatch(/[{}]/);
  });

  it('is told by its reason before its code, and with the time', () => {
    const muted = failure({ code: 'not_allowed', reason: 'muted', retryAfter: 60 });
    expect(denialText(muted, texts)).toBe('Du bist hier stummgeschaltet: noch 1 Minute.');
    expect(denialText(failure({ code: 'rate_limited', retryAfter: 5 }), texts)).toContain('in 5 Sekunden');
  });

  it("of another kind has the server's words, and says whose they are", () => {
    const unknown = failure({ code: 'not_allowed', reason: 'of a newer server' as ChatFailure['reason'] });
    expect(denialText(unknown, texts)).toBe(`Der Server meldet: ${MESSAGE}`);
    expect(denialText(unknown, ENGLISH)).toBe(MESSAGE);
  });
});

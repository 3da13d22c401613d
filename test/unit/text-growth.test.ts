/** Text that grows when it is normalised, escaped or masked: what is computed from it is bounded by the result. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Filters, hasLink } from '../../apps/api/moderation/filters.js';
import { checkParameters } from '../../apps/api/operations/parameters/check.js';
import { DATA_BYTES, TEXT_MAX, WORD_MAX, WORDS_MAX } from '../../shared/protocol/limits.js';
import { storedBytes } from '../../shared/store/event-text.js';
import { foldText, plainForm } from '../../shared/store/nicknames.js';

/** No text becomes longer than so many times its length. */
const GROWTH = 6;
/** The most that all steps together may make of a message's text, as a multiple of its length: a dozen usual steps. */
const WORK = 12 * GROWTH;

afterEach(() => vi.restoreAllMocks());

/** Counts the characters that all steps of normalising and escaping give while something runs. */
function charactersMade(run: () => unknown): number {
  let made = 0;
  for (const step of ['normalize', 'toLowerCase', 'toUpperCase', 'replace'] as const) {
    const real = String.prototype[step] as (...given: unknown[]) => string;
    vi.spyOn(String.prototype, step).mockImplementation(function (this: string, ...given: unknown[]) {
      const result = real.apply(this, given);
      made += result.length;
      return result;
    });
  }
  run();
  vi.restoreAllMocks();
  return made;
}

const filterOf = (words: string[], links = false): string => `abc ${JSON.stringify({ links, words, hold: false })}`;

function filtersWith(words: string[], links = false): Filters {
  const filters = new Filters();
  filters.learn('r', filterOf(words, links));
  return filters;
}

const message = (text: string) => ({ room: 'r', from: { id: 1, name: 'Anna' }, text });

describe('text that grows when it is normalised', () => {
  it('is at most six times as long, whatever its characters', () => {
    const grown: string[] = [];
    for (let code = 0; code < 0x30000; code += 1) {
      const one = String.fromCodePoint(code);
      if (one.isWellFormed() && Math.max(foldText(one).length, plainForm(one).length) > GROWTH * one.length)
        grown.push(code.toString(16));
    }
    expect(grown).toEqual([]);
  });

  it.each([
    ['\ufdfa'],
    ['\ufdfa '],
    ['\ufdfb'],
    ['\u1f82'],
    ['\u1f82 '],
    ['\u2031'],
    ['\u3316'],
    ['a.'],
    ['a-'],
    ['x'],
  ])('%j again and again makes a filter no more work than usual text', (part) => {
    const text = part.repeat(1_990 / part.length);
    const filters = filtersWith(['bad', 'damn*']);
    expect(charactersMade(() => filters.apply(message(text)))).toBeLessThan(WORK * text.length);
    expect(charactersMade(() => hasLink({ data: { deep: [[text.slice(0, 1_300)]] } }))).toBeLessThan(WORK * 1_300);
  });

  it('is bounded in the words of a filter, too', () => {
    const words = Array.from({ length: WORDS_MAX }, () => '\ufdfa'.repeat(WORD_MAX));
    expect(charactersMade(() => filtersWith(words))).toBeLessThan(WORK * WORDS_MAX * WORD_MAX);
  });

  it('is still compared by what it looks like', () => {
    const masked = (words: string[], text: string): unknown =>
      filtersWith(words, true).apply(message(text)).masked?.text;
    expect(masked(['\ufdfa'], 'x \ufdfa y')).toBe('x • y');
    expect(masked(['\ufdfa'], 'x \ufdfb y')).toBeUndefined();
    expect(masked(['ffi'], 'an ﬃ')).toBe('an •');
    expect(hasLink({ text: 'see \ufdfahttps://x.example' })).toBe(true);
  });
});

describe('text that grows when it is escaped or masked', () => {
  it('is refused before it is escaped when it is too long as it is', () => {
    const data = '<'.repeat(39_000);
    const made = charactersMade(() =>
      expect(() => checkParameters('signal', { token: 't', data })).toThrow(/data must be JSON/),
    );
    expect(made).toBeLessThan(DATA_BYTES * GROWTH);
  });

  it('is never larger, masked, than what may be stored', () => {
    const filters = filtersWith(['a*'], true);
    const data = ['a'.repeat(4_000)];
    const { masked } = filters.apply({ ...message('a'.repeat(TEXT_MAX)), data });
    expect(storedBytes(masked?.data)).toBeLessThanOrEqual(DATA_BYTES);
    expect(masked?.text).toBe('•'.repeat(TEXT_MAX));
    expect(masked?.data).toEqual(['*'.repeat(4_000)]);
    expect(filters.apply({ ...message('x'), data: ['ab'] }).masked?.data).toEqual(['••']);
  });
});

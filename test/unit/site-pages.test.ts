/** The settings of a host's own pages. */
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../shared/config/config.js';

describe('the pages of the host', () => {
  it.each([
    [
      'SITE_NAME',
      '1234567890 1234567890 1234567890 123456789',
      'SITE_NAME is not allowed: give 1 to 40 characters, in one line.',
    ],
    ['SITE_NAME', 'a\nb', 'SITE_NAME is not allowed: give 1 to 40 characters, in one line.'],
    ['SITE_COLOR', 'red', 'SITE_COLOR=red is not allowed: give a colour such as #0d6a55.'],
    ['SITE_COLOR', '#fff', 'SITE_COLOR=#fff is not allowed: give a colour such as #0d6a55.'],
    [
      'CLOSED_PAGES',
      'front,chat',
      'CLOSED_PAGES=front,chat is not allowed: give any of front, docs, examples, doctor, rooms, with commas between.',
    ],
  ])('%s refuses %j', (name, value, message) => {
    expect(() => readConfig({ [name]: value })).toThrow(message);
  });
});

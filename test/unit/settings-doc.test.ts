/** docs/settings.md documents every setting once, as the table of the settings has it. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { settingsDoc } from '../../scripts/settings-doc.js';
import { SETTINGS, START_SETTINGS } from '../../shared/config/settings.js';
import { root } from '../support/child.js';

it('docs/settings.md says what the table of settings says (node scripts/settings-doc.js writes it)', () => {
  const text = readFileSync(`${root}/docs/settings.md`, 'utf8');
  expect(text).toBe(settingsDoc({ ...SETTINGS, start: START_SETTINGS }));
});

it('no setting is in two groups', () => {
  const keys = Object.values(SETTINGS).flatMap((group) => Object.keys(group));
  expect(keys.length).toBe(new Set(keys).size);
});

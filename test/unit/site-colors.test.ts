import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contrast, siteColors } from '../../apps/api/http/site-colors.js';

const colors = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

it('a colour of the host can be read on the pages and under its own text, in light and in dark', () => {
  fc.assert(
    fc.property(colors, (color) => {
      const style = siteColors(color);
      const [light = '', dark = ''] = [...style.matchAll(/--accent: (#\w{6})/g)].map(([, accent]) => accent ?? '');
      const [onLight = '', onDark = ''] = [...style.matchAll(/--on-accent: (#\w{6})/g)].map(([, on]) => on ?? '');
      for (const [one, other] of [
        [light, '#f5f0e7'],
        [dark, '#1b2023'],
        [onLight, light],
        [onDark, dark],
      ] as const)
        expect(contrast(one, other), `${color}: ${one} on ${other}`).toBeGreaterThanOrEqual(4.5);
    }),
  );
});

it('a colour that can be read stays as it is', () => {
  expect(contrast('#000000', '#ffffff')).toBe(21);
  expect(siteColors('#0d6a55')).toContain(':root { --accent: #0d6a55; --on-accent: #ffffff; }');
});

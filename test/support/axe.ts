/** Finds obstacles in a page for screen readers and for people who see badly (WCAG AA). */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

declare global {
  interface Window {
    axe?: { run(options: RunOptions): Promise<AxeResults> };
  }
}

/** Its value is nothing: a page would hand over all of axe, which takes longer than to run it. */
const AXE = `${readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')}; undefined`;

/** Colours are all that differs in the dark. */
const SCHEMES: ['light' | 'dark', RunOptions][] = [
  ['light', { resultTypes: ['violations'] }],
  [
    'dark',
    { resultTypes: ['violations'], runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } },
  ],
];

/** Returns the faults that axe finds, in short, in light and in dark. */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => window.axe !== undefined))) await page.evaluate(AXE);
  const found: string[] = [];
  for (const [colorScheme, options] of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const wrong = await page.evaluate(
      async (given) => (await window.axe?.run(given))?.violations ?? ['axe is not there'],
      options,
    );
    found.push(
      ...wrong.flatMap((one) =>
        typeof one === 'string'
          ? one
          : one.nodes.map(
              (node) =>
                `${colorScheme}: ${one.id}: ${node.target.join(' ')} ${node.failureSummary?.split('\n')[1] ?? ''}`,
            ),
      ),
    );
  }
  return found;
}

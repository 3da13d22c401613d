import type { Page } from 'playwright-core';

/**
 * A keyboard of so many px comes up from the bottom of a phone, as in a browser that leaves the window as it is. 0: it
 * is gone. `top`: how far the browser has moved the view over the window.
 */
export function keyboard(page: Page, px: number, top = 0): Promise<void> {
  return page.evaluate(
    ([height, offsetTop]) => {
      const { visualViewport: view, innerHeight } = window;
      if (!view) throw new Error('no visual viewport');
      Object.defineProperty(view, 'height', { configurable: true, value: innerHeight - height });
      Object.defineProperty(view, 'offsetTop', { configurable: true, value: offsetTop });
      view.dispatchEvent(new Event('resize'));
    },
    [px, top] as const,
  );
}

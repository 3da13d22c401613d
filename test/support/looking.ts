/** Pages that nobody looks at: a browser without windows shows all its pages at once. */
import type { Page } from 'playwright-core';

const look = (page: Page, hidden: boolean): Promise<void> =>
  page.evaluate((isHidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: isHidden });
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: isHidden ? 'hidden' : 'visible' });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, hidden);

/** From now on, the page believes that another tab is in view. */
export const lookAway = (page: Page): Promise<void> => look(page, true);
export const lookBack = (page: Page): Promise<void> => look(page, false);

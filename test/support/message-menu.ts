import type { Locator, Page } from 'playwright-core';

/** Returns the row of a message in the element. */
export const messageRow = (page: Page, text: string): Locator =>
  page.locator('.row').filter({ has: page.locator('.text', { hasText: text }) });

/** Opens the menu of a message. */
export async function openMenu(page: Page, text: string): Promise<Locator> {
  const row = messageRow(page, text);
  await row.hover();
  await row.locator('.dots').click();
  const menu = page.getByRole('dialog', { name: /^More about the message/ });
  await menu.waitFor();
  return menu;
}

/** Chooses something in the menu of a message. */
export async function choose(page: Page, text: string, choice: string): Promise<void> {
  await (await openMenu(page, text)).getByRole('button', { name: choice, exact: true }).click();
}

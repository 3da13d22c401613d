import type { Page } from 'playwright-core';

/** Makes each poll of a page bring these events too, as if the server had sent them. Then lets its element poll. */
export async function bring(page: Page, events: object[]): Promise<void> {
  await page.route(/\/api\/poll/, async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    await route.fulfill({ response, json: { ...answer, events: answer.events.concat(events) } });
  });
  await page.evaluate(() =>
    document.querySelector<HTMLElement & { chat?: Window['chat'] }>('nobackend-chat')?.chat?.retry(),
  );
}

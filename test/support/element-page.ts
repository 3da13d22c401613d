/** The element on a page of another origin, and people who write to it. */
import type { Locator, Page } from 'playwright-core';
import { ask } from './client.js';
import type { Stage } from './fixtures/browser.js';

/** Opens a page with the element in the stage's room. */
export async function openElement(
  { api, browser, site, room }: Stage,
  attributes = '',
  { width = 900, height = 800, ...context }: { width?: number; height?: number; permissions?: string[] } = {},
): Promise<Page> {
  const address = site.serve(
    `/${room}`,
    `<!doctype html><html lang="en"><head><title>Page</title></head><body><main><h1>Page</h1>
<script src="${api}/element.js"></script><nobackend-chat room="${room}" ${attributes}></nobackend-chat></main></body></html>`,
  );
  const opened = await browser.newContext({ reducedMotion: 'reduce', viewport: { width, height }, ...context });
  const page = await opened.newPage();
  await page.goto(address);
  await page
    .getByRole('button', { name: /Change your name/ })
    .first()
    .waitFor();
  return page;
}

export const logOf = (page: Page): Locator => page.getByRole('log');

/** The message with a text. */
export const rowOf = (page: Page, text: string): Locator => logOf(page).locator('.message', { hasText: text });

/** Somebody else enters the room. Resolves with a function that sends a text. */
export async function somebody({ api, room }: Stage, name: string): Promise<(text: string) => Promise<{ id: string }>> {
  const { token } = await ask<{ token: string }>(api, 'join', { room, name });
  return (text) => ask(api, 'send', { token, room, text });
}

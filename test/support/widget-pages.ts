/** Pages with a widget, and what people do with it. */
import type { Page } from 'playwright-core';
import type { Stage } from './fixtures/browser.js';
import { until } from './until.js';

export const OPTIONS = '<option>Coffee</option><option>Tea</option><option>Water</option>';

/** Opens a page of another origin with `html`, in a browser of its own. `{{room}}` is the room of the test. */
export async function openWidget(stage: Stage, html: string, server = stage.api): Promise<Page> {
  const page = await stage.browser.newPage();
  const own = html.replaceAll('{{room}}', stage.room).replaceAll('{{server}}', server);
  const head =
    '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>widget</title>';
  await page.goto(
    stage.site.serve(
      `/${pages++}`,
      `${head}<meta name="color-scheme" content="light dark"><script src="${server}/widgets.js"></script><body><main><h1>Page</h1>${own}</main></body>`,
    ),
  );
  return page;
}
let pages = 0;

/** Opens a page with a poll. */
export const openPoll = (stage: Stage, attributes = '', server = stage.api): Promise<Page> =>
  openWidget(
    stage,
    `<nobackend-poll room="{{room}}" ${attributes}>What do you drink? ${OPTIONS}</nobackend-poll>`,
    server,
  );

export const choose = (page: Page, option: string): Promise<void> =>
  page.getByRole('radio', { name: option, exact: true }).check();

export async function vote(page: Page, option: string, button = 'Vote'): Promise<void> {
  await choose(page, option);
  await page.getByRole('button', { name: button, exact: true }).click();
}

/** Resolves when the page shows these results, as a screen reader says them. */
export async function results(page: Page, expected: Record<string, string>): Promise<void> {
  const shown = (option: string): Promise<string | null> =>
    page.getByRole('meter', { name: option, exact: true }).getAttribute('aria-valuetext');
  for (const [option, text] of Object.entries(expected))
    await until(async () => (await shown(option)) === text, `${option}: ${text}`);
}

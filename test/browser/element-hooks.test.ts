/** Outgoing hooks in the owner's panel: added, seen and removed; and nothing of them where the host allows none. */
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { violations } from '../support/axe.js';
import { browserTest, browserWith } from '../support/fixtures/browser.js';
import { HookReceiver } from '../support/hook-receiver.js';
import { HOOKS_ON } from '../support/hooks-world.js';
import { until } from '../support/until.js';

const it = browserWith({ env: { ...HOOKS_ON, RATE_LIMITS: 'off' } });

it('the owner adds a hook, sees how it does, and removes it', async ({ stage }) => {
  const receiver = await HookReceiver.start();
  const context = await stage.browser.newContext({
    reducedMotion: 'reduce',
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  const page = await context.newPage();
  await page.goto(`${stage.api}/r/${stage.room}`);
  await page.getByRole('button', { name: /^Room/ }).click();
  const box = page.locator('.box', { hasText: 'Outgoing hooks' });
  const address = box.getByLabel('Address of the webhook');
  await box.getByRole('button', { name: 'Add' }).click();
  await page.keyboard.type('https://10.0.0.1/hook'); // the field that is empty has the focus
  expect(await address.inputValue()).toBe('https://10.0.0.1/hook');
  await box.getByLabel('Service').selectOption('Your own server (JSON)');
  await box.getByRole('button', { name: 'Add' }).click();
  await box.getByText('url is in a network that hooks may not reach.').waitFor();
  await address.fill(`${receiver.url}/a-secret`);
  await page.keyboard.press('Enter');
  await box.getByText(/It is shown only now: whsec_/).waitFor();
  const { host } = new URL(receiver.url);
  await box.getByText(`JSON · ${host}`).waitFor();
  expect(await box.textContent()).not.toContain('a-secret');
  await page.getByText(`You added a hook to ${host}`).waitFor();

  await page.getByRole('button', { name: 'Close', exact: true }).first().click();
  await page.getByRole('textbox', { name: 'Message' }).fill('hello');
  await page.keyboard.press('Enter');
  await until(() => receiver.texts.includes('hello'), 'the letter');
  await page.getByRole('button', { name: /^Room/ }).click();
  await box.getByText(/^Last sent: \d/).waitFor();
  expect(await violations(page)).toEqual([]);
  const remove = box.getByRole('button', { name: 'Remove' });
  for (const target of [remove, page.getByRole('button', { name: /^Room/ })])
    expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  expect(await described(remove)).toBe(`JSON · ${host}`);
  await remove.click();
  await box.getByText(`JSON · ${host}`).waitFor({ state: 'detached' });
  await page.getByText(`You removed a hook to ${host}`).waitFor();
  await receiver.down();
});

/** Returns what a screen reader says of a button after its name. */
function described(button: Locator): Promise<string | null | undefined> {
  return button.evaluate((one) => {
    const id = one.getAttribute('aria-describedby') ?? '';
    return (one.getRootNode() as ShadowRoot).getElementById(id)?.textContent;
  });
}

browserTest('an owner sees nothing of hooks where the host allows none', async ({ stage }) => {
  const page = await (await stage.browser.newContext()).newPage();
  await page.goto(`${stage.api}/r/${stage.room}`);
  await page.getByRole('button', { name: /^Room/ }).click();
  await page.getByRole('button', { name: 'Download as JSON' }).waitFor();
  expect(await page.getByText('Outgoing hooks').isVisible()).toBe(false);
});

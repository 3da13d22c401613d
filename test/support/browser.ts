/** A real Chromium, Debian's own. */
import { chromium, type Browser } from 'playwright-core';

/** Root has no sandbox; the rest keeps it from calling home and from what a machine without a screen has not. */
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['CHROMIUM'] || '/usr/bin/chromium', args: ARGUMENTS });
}

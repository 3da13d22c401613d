/** The three engines that browsers are built on. */
import { chromium } from './chromium.js';
import type { Browser, Engine } from './engine.js';
import { firefox } from './firefox.js';
import { webkit } from './webkit.js';

export const ENGINES: readonly Engine[] = [chromium, firefox, webkit];

/**
 * Whether an engine's walks are left out, because it is not installed; says so in one line.
 * With CI set they are never left out: they fail.
 */
export function isLeftOut({ name, packages, isInstalled }: Engine): boolean {
  if (isInstalled || process.env.CI) return false;
  console.log(`The walks in ${name} are left out: install ${packages}.`);
  return true;
}

/** Starts a browser. Throws when it is not installed. */
export async function startBrowser({ name, packages, isInstalled, start }: Engine): Promise<Browser> {
  if (!isInstalled) throw new Error(`${name} is missing: install ${packages}.`);
  return start();
}

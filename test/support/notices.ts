/** Notices and tones as a test sees them: the browser of a test has no desktop and no ears. */
import type { BrowserContext, Page } from 'playwright-core';

/** A desktop notice that a page has shown. */
export interface Told {
  title: string;
  body: string;
  tag: string;
}

declare global {
  interface Window {
    told: (Told & { onclick?: () => void })[];
    /** How often the page has asked for permission, and played a note. */
    asked: number;
    notes: number;
  }
}

/** In all pages of a context from now on. `answer`: of the visitor, when a page asks. */
export async function watchNotices(
  context: BrowserContext,
  answer: NotificationPermission = 'granted',
  permission: NotificationPermission = 'default',
): Promise<void> {
  await context.addInitScript(
    ([given, before]) => {
      Object.assign(window, { told: [], asked: 0, notes: 0 });
      let now = before;
      class Notice {
        static get permission(): string {
          return now;
        }
        static async requestPermission(): Promise<string> {
          window.asked++;
          now = given;
          return now;
        }
        constructor(title: string, options: Omit<Told, 'title'>) {
          window.told.push(Object.assign(this, { title, ...options }));
        }
        close(): void {}
      }
      class Ear extends AudioContext {
        override createOscillator(): OscillatorNode {
          window.notes++;
          return super.createOscillator();
        }
      }
      Object.assign(window, { Notification: Notice, AudioContext: Ear });
    },
    [answer, permission] as const,
  );
}

/** Returns the desktop notices of a page. */
export const toldIn = (page: Page): Promise<Told[]> =>
  page.evaluate(() => window.told.map(({ title, body, tag }) => ({ title, body, tag })));

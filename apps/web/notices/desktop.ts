import type { NoticesTexts } from './texts.js';

/** Not all browsers know `renotify`, nor do the types. */
type Options = NotificationOptions & { renotify?: boolean };

/** Set when the browser knows notices and does not let pages show them, as on Android. */
let isImpossible = false;

/** Returns the key of the text that says why this page cannot show notices. '' if it can, or may ask. */
export function obstacle(): keyof NoticesTexts | '' {
  if (!window.isSecureContext) return 'noticesHttp';
  if (!Notification || isImpossible) return 'noticesUnknown';
  if (Notification.permission === 'granted') return '';
  if (isForeignFrame()) return 'noticesFrame';
  return Notification.permission === 'denied' ? 'noticesDenied' : '';
}

export const mayNotify = (): boolean => obstacle() === '' && Notification.permission === 'granted';

/** Asks the user, unless they have answered already. Call this on their click. */
export async function askUser(): Promise<void> {
  if (obstacle() === '' && Notification.permission === 'default') await Notification.requestPermission();
}

/** Shows a notice. It takes the place of the one before with the same tag. The sound is ours, so it has none. */
export function notify(title: string, body: string, tag: string): Notification | null {
  try {
    return new Notification(title, { body, tag, silent: true, renotify: true } as Options);
  } catch (_) {
    isImpossible = true;
    return null;
  }
}

/** The page is in a frame of another origin. Such a page may not ask. */
function isForeignFrame(): boolean {
  try {
    return window.top !== window && window.top?.origin !== window.origin;
  } catch (_) {
    return true;
  }
}

/** Checks that need no request. */
import { bad, type Finding, good, note } from './findings.js';

export function checkMixedContent(server: string): Finding {
  const { protocol, hostname } = new URL(server, document.baseURI);
  const isLocal = /^(localhost|127\.|\[::1\])/.test(hostname);
  if (location.protocol !== 'https:' || protocol === 'https:')
    return good('mixed content', 'The browser lets this page use the server: there is no mixed content.');
  if (isLocal)
    return note(
      'mixed content',
      'This page uses https, and the server runs on this computer without https. The chat works on this computer only, if the browser lets pages reach the local network.',
    );
  return bad(
    'mixed content',
    'This page uses https, but the server does not. Browsers block that. Use an https address for the server.',
  );
}

export function checkStorage(): Finding {
  try {
    sessionStorage.setItem('nobackend-chat-doctor', '1');
    sessionStorage.removeItem('nobackend-chat-doctor');
    return good('storage', 'This page can store its session. You stay the same user when you reload it.');
  } catch (_) {
    return note(
      'storage',
      'This page cannot store anything, because its frame is sandboxed or cookies are blocked. Each reload makes a new user.',
    );
  }
}

export function checkTabs(): Finding {
  if (typeof BroadcastChannel === 'function' && navigator.locks)
    return good('tabs', 'All tabs of this page can share one user and one connection.');
  return note(
    'tabs',
    'This page cannot use Web Locks, which need https or localhost. So each tab is a user of its own.',
  );
}

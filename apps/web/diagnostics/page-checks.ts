import { bad, type Finding, good, note } from './findings.js';

/** What can be seen without asking the server. */
export function checkMixedContent(server: string): Finding {
  const { protocol, hostname } = new URL(server, document.baseURI);
  const local = /^(localhost|127\.|\[::1\])/.test(hostname);
  if (location.protocol !== 'https:' || protocol === 'https:')
    return good('mixed content', 'The page and the server go together: the browser has no reason to block.');
  if (local)
    return note(
      'mixed content',
      'This page is https and the server is plain http on this computer: it works here, if the browser lets pages reach the local network, and nowhere else.',
    );
  return bad(
    'mixed content',
    'This page is https and the server is plain http: browsers block that. Give the server an https address.',
  );
}

export function checkStorage(): Finding {
  try {
    sessionStorage.setItem('nobackend-chat-doctor', '1');
    sessionStorage.removeItem('nobackend-chat-doctor');
    return good('storage', 'This page may keep its session, so a reload stays the same user.');
  } catch (_) {
    return note(
      'storage',
      'This page may not store anything (a sandboxed frame, or blocked cookies), so each reload is a new user.',
    );
  }
}

export function checkTabs(): Finding {
  if (typeof BroadcastChannel === 'function' && navigator.locks)
    return good('tabs', 'All tabs of this page can be one user with one connection.');
  return note('tabs', 'This page has no Web Locks (they need https, or localhost), so every tab is a user of its own.');
}

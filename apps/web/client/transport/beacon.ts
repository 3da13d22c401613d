/** A user whose page has gone is ended after this long. A reload, or another tab, is back by then. */
const GRACE_S = 5;

/**
 * Tells the server that the page is going, if the page's policy allows it. Else the server notices by itself, later.
 */
export function leaveByBeacon(server: string, token: string): void {
  if (!navigator.sendBeacon) return;
  navigator.sendBeacon(`${server}/api/leave`, JSON.stringify({ token, after: GRACE_S }));
}

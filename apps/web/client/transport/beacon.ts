/** Seconds until a user whose page has gone is ended: a reload, or another tab, is back by then. */
const GRACE = 5;

/** Says goodbye for a page that goes, where its policy allows; else the server notices by itself, later. */
export function farewell(server: string, token: string): void {
  if (!navigator.sendBeacon) return;
  navigator.sendBeacon(`${server}/api/leave`, JSON.stringify({ token, after: GRACE }));
}

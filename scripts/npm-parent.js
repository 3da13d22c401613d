/** Commands that npm runs. A killed npm tells nobody, and without it no signal would ever come. */

/** npm runs `npm start` and `npx` under these names. */
const NPM_EVENTS = ['start', 'npx'];
const PARENT_CHECK_MS = 500;

/** Calls `end` when npm has ended, if it is npm that runs this process. */
export function onEndOfNpm(/** @type {() => void} */ end) {
  if (!NPM_EVENTS.includes(process.env.npm_lifecycle_event ?? '')) return;
  const npm = process.ppid;
  setInterval(() => process.ppid !== npm && end(), PARENT_CHECK_MS).unref();
}

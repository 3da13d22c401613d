/** `/doctor`: runs the checks from another origin, as the page of somebody else would. */
import type { Finding } from '../client/api.js';
import { bad } from '../doctor/findings.js';
import { checkMixedContent, checkStorage, checkTabs } from '../doctor/page-checks.js';
import type { FrameNews } from './doctor-frame.js';
import { byId, copyOnClick, select, server } from './page.js';

/**
 * The checks that this page makes itself. In the frame, which may store nothing, they would say what is true only
 * there.
 */
const OWN = ['mixed content', 'storage', 'tabs'];
/** The checks that the frame makes. */
const IN_FRAME: Finding['about'][] = ['script tags', 'fetch', 'clock', 'long addresses', 'streams', 'long holds'];
/** The page names a check that has not begun after this time. */
const LATE_MS = 10_000;
const NOT_BEGUN =
  `This check has not begun after ${LATE_MS / 1_000} s. The browser, or something between you and the server, ` +
  'blocks /doctor-frame.html or its script.';
const LAST_CHECK = 'The last check finds out how long a request can stay open. It takes up to 45 s.';
const SIGNS = { good: '✓', note: '!', bad: '✕' };
const LABELS = { good: 'Good', note: 'Note', bad: 'Problem' };

const list = byId('findings', HTMLOListElement);
const progress = byId('progress', HTMLElement);
let frame: HTMLIFrameElement | null = null;
let ticking: ReturnType<typeof setInterval> | undefined;
/** The checks that the frame has not begun. */
let waiting = new Set<Finding['about']>();

function add({ about, verdict, sentence }: Finding): void {
  const item = document.createElement('li');
  const sign = document.createElement('span');
  const words = document.createElement('p');
  const title = document.createElement('b');
  sign.className = `sign ${verdict}`;
  sign.textContent = SIGNS[verdict];
  sign.setAttribute('role', 'img');
  sign.setAttribute('aria-label', LABELS[verdict]);
  title.textContent = about;
  words.append(title, sentence);
  item.append(sign, words);
  list.append(item);
}

/** Returns a finding as a line of text. */
function findingText(item: Element): string {
  return [item.querySelector('.sign'), item.querySelector('b'), item.querySelector('p')?.lastChild]
    .map((part) => part?.textContent ?? '')
    .join(' ');
}

function tick(): void {
  const startedAt = Date.now();
  const say = (): void => {
    const passedMs = Date.now() - startedAt;
    if (passedMs >= LATE_MS && waiting.size === IN_FRAME.length) giveUp();
    else progress.textContent = progressText(passedMs);
  };
  progress.removeAttribute('role'); // a screen reader should not say the time every second
  ticking = setInterval(say, 1_000);
  say();
}

function progressText(passedMs: number): string {
  const late = passedMs >= LATE_MS && waiting.size > 0 ? ` Not begun yet: ${Array.from(waiting).join(', ')}.` : '';
  return `Checking for ${Math.round(passedMs / 1_000)} s. ${LAST_CHECK}${late}`;
}

/** The frame does not run, so it will not report anything. */
function giveUp(): void {
  for (const about of IN_FRAME) add(bad(about, NOT_BEGUN));
  finish();
}

function finish(): void {
  clearInterval(ticking);
  progress.setAttribute('role', 'status');
  progress.textContent = list.querySelector('.bad') ? 'Done. See the problems above.' : 'Done. A chat works here.';
  if (frame) frame.remove();
  frame = null;
  showButtons(true);
}

function showButtons(shown: boolean): void {
  for (const id of ['again', 'copy']) byId(id, HTMLButtonElement).hidden = !shown;
}

function start(): void {
  list.replaceChildren();
  waiting = new Set(IN_FRAME);
  showButtons(false);
  for (const finding of [checkMixedContent(server), checkStorage(), checkTabs()]) add(finding);
  tick();
  frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.src = `${server}/doctor-frame.html`;
  frame.hidden = true;
  frame.title = 'Checks from another origin';
  document.body.append(frame);
}

addEventListener('message', ({ source, data }: MessageEvent<FrameNews>) => {
  if (!frame || source !== frame.contentWindow) return;
  if (data.begun) waiting.delete(data.begun);
  if (data.finding && !OWN.includes(data.finding.about)) addFromFrame(data.finding);
  if (data.done) finish();
});

function addFromFrame(finding: Finding): void {
  waiting.delete(finding.about); // a check that could not be made does not begin
  add(finding);
}

byId('again', HTMLButtonElement).addEventListener('click', start);
copyOnClick(
  byId('copy', HTMLButtonElement),
  () => Array.from(list.children, findingText).join('\n'),
  () => select(list),
);
start();

/** `/doctor`: the examination, made from a foreign origin as other pages would make it. */
import type { Finding } from '../client/api.js';
import { bad } from '../diagnostics/findings.js';
import { checkMixedContent, checkStorage, checkTabs } from '../diagnostics/page-checks.js';
import type { FrameNews } from './doctor-frame.js';
import { byId, copyOnClick, select, server } from './page.js';

/** Of these the frame, which may store nothing, would say what is true only of itself. */
const OWN = ['mixed content', 'storage', 'tabs'];
/** The checks that the frame makes. */
const IN_FRAME: Finding['about'][] = ['script tags', 'fetch', 'clock', 'long addresses', 'long holds'];
/** ms after which a check that has not begun is named. */
const LATE_MS = 10_000;
const NOT_BEGUN =
  `This check has not begun after ${LATE_MS / 1_000} s: the browser, or something between you and the server, ` +
  'keeps /doctor-frame.html or its script from running.';
const LAST_LOOK = 'The last look, at how long a request may be held, takes most of a minute.';
const SIGNS = { good: '✓', note: '!', bad: '✕' };
const SAID = { good: 'Good', note: 'To know', bad: 'Problem' };

const list = byId('findings', HTMLOListElement);
const progress = byId('progress', HTMLElement);
let frame: HTMLIFrameElement | null = null;
let ticking: ReturnType<typeof setInterval> | undefined;
/** Checks that the frame has not begun. */
let waiting = new Set<Finding['about']>();

function add({ about, verdict, sentence }: Finding): void {
  const item = document.createElement('li');
  const sign = document.createElement('span');
  const words = document.createElement('p');
  const title = document.createElement('b');
  sign.className = `sign ${verdict}`;
  sign.textContent = SIGNS[verdict];
  sign.setAttribute('role', 'img');
  sign.setAttribute('aria-label', SAID[verdict]);
  title.textContent = about;
  words.append(title, sentence);
  item.append(sign, words);
  list.append(item);
}

/** A finding as a line of text. */
function findingText(item: Element): string {
  return [item.querySelector('.sign'), item.querySelector('b'), item.querySelector('p')?.lastChild]
    .map((part) => part?.textContent ?? '')
    .join(' ');
}

function tick(): void {
  const from = Date.now();
  const say = (): void => {
    const passed = Date.now() - from;
    if (passed >= LATE_MS && waiting.size === IN_FRAME.length) return giveUp();
    const late = passed >= LATE_MS && waiting.size > 0 ? ` Not begun yet: ${Array.from(waiting).join(', ')}.` : '';
    progress.textContent = `Examining, ${Math.round(passed / 1_000)} s. ${LAST_LOOK}${late}`;
  };
  progress.removeAttribute('role'); // a clock is not worth saying aloud every second
  ticking = setInterval(say, 1_000);
  say();
}

/** The frame has not run: nothing more will come from it. */
function giveUp(): void {
  IN_FRAME.forEach((about) => add(bad(about, NOT_BEGUN)));
  finish();
}

function finish(): void {
  clearInterval(ticking);
  progress.setAttribute('role', 'status');
  progress.textContent = list.querySelector('.bad') ? 'Done. See what to do above.' : 'Done. A chat works here.';
  if (frame) frame.remove();
  frame = null;
  byId('again', HTMLButtonElement).hidden = byId('copy', HTMLButtonElement).hidden = false;
}

function start(): void {
  list.replaceChildren();
  waiting = new Set(IN_FRAME);
  byId('again', HTMLButtonElement).hidden = byId('copy', HTMLButtonElement).hidden = true;
  [checkMixedContent(server), checkStorage(), checkTabs()].forEach(add);
  tick();
  frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.src = `${server}/doctor-frame.html`;
  frame.hidden = true;
  frame.title = 'Examination from another origin';
  document.body.append(frame);
}

addEventListener('message', ({ source, data }: MessageEvent<FrameNews>) => {
  if (!frame || source !== frame.contentWindow) return;
  if (data.begun) waiting.delete(data.begun);
  if (data.finding && !OWN.includes(data.finding.about)) addFromFrame(data.finding);
  if (data.done) finish();
});

function addFromFrame(finding: Finding): void {
  waiting.delete(finding.about); // what could not be looked at does not begin
  add(finding);
}

byId('again', HTMLButtonElement).addEventListener('click', start);
copyOnClick(
  byId('copy', HTMLButtonElement),
  () => Array.from(list.children, findingText).join('\n'),
  () => select(list),
);
start();

/** `/doctor`: the examination, made from a foreign origin as other pages would make it. */
import type { Finding } from '../client/api.js';
import { checkMixedContent, checkStorage, checkTabs } from '../doctor/page-checks.js';
import { byId, copyOnClick, select } from './page.js';

/** Of these the frame, which may store nothing, would say what is true only of itself. */
const OWN = ['mixed content', 'storage', 'tabs'];
const SIGNS = { good: '✓', note: '!', bad: '✕' };
const SAID = { good: 'Good', note: 'To know', bad: 'Problem' };

const list = byId('findings', HTMLOListElement);
const progress = byId('progress', HTMLElement);
let frame: HTMLIFrameElement | null = null;
let ticking: ReturnType<typeof setInterval> | undefined;

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
  return [item.querySelector('.sign'), item.querySelector('b'), item.querySelector('p')?.lastChild].map((part) => part?.textContent ?? '').join(' ');
}

function tick(): void {
  const from = Date.now();
  const say = (): void => { progress.textContent = `Examining, ${Math.round((Date.now() - from) / 1_000)} s. The last look, at how long a request may be held, takes most of a minute.`; };
  say();
  progress.removeAttribute('role'); // a clock is not worth saying aloud every second
  ticking = setInterval(say, 1_000);
}

function finish(): void {
  clearInterval(ticking);
  progress.setAttribute('role', 'status');
  progress.textContent = list.querySelector('.bad') ? 'Done. See what to do above.' : 'Done. A chat works here.';
  if (frame) frame.remove();
  byId('again', HTMLButtonElement).hidden = byId('copy', HTMLButtonElement).hidden = false;
}

function start(): void {
  list.replaceChildren();
  byId('again', HTMLButtonElement).hidden = byId('copy', HTMLButtonElement).hidden = true;
  [checkMixedContent(location.origin), checkStorage(), checkTabs()].forEach(add);
  tick();
  frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.src = '/doctor-frame.html';
  frame.hidden = true;
  frame.title = 'Examination from another origin';
  document.body.append(frame);
}

addEventListener('message', ({ source, data }: MessageEvent<{ finding?: Finding; done?: boolean }>) => {
  if (!frame || source !== frame.contentWindow) return;
  if (data.finding && !OWN.includes(data.finding.about)) add(data.finding);
  if (data.done) finish();
});
byId('again', HTMLButtonElement).addEventListener('click', start);
copyOnClick(byId('copy', HTMLButtonElement), () => Array.from(list.children, findingText).join('\n'), () => select(list));
start();

/** The front page: a fresh room, the code that makes it, and the ways to take that code elsewhere. */
import { readFiddle, wholeText, type Fiddle } from './fiddle.js';
import { highlighted } from './highlight.js';
import { EDITORS, fillOnSubmit, reachProblem } from './open-in.js';
import { byId, copyOnClick, select } from './page.js';
import { freshRoom } from './room-name.js';

const NOTES: Record<string, string> = {
  element: 'The whole chat: people, private messages, history, light and dark.',
  library: 'The library alone: under 8 KB, and every pixel is yours.',
  plain: 'Nothing but script tags, as in the README: this is all that a client has to do.',
};

const room = freshRoom();
const code = byId('code', HTMLElement);
let fiddle: Fiddle = { title: '', html: '', css: '', js: '' };

async function show(name: string): Promise<void> {
  fiddle = await readFiddle(name, 'A chat in one minute', room);
  const text = wholeText({ ...fiddle, css: '' });
  code.replaceChildren(...highlighted(text.trim()));
  byId('code-note', HTMLElement).textContent = NOTES[name] || '';
}

function tabs(): void {
  const buttons = Array.from(document.querySelectorAll<HTMLButtonElement>('[data-fiddle]'));
  for (const button of buttons) {
    button.addEventListener('click', () => {
      buttons.forEach((other) => other.setAttribute('aria-pressed', String(other === button)));
      void show(button.dataset['fiddle'] || 'element');
    });
  }
}

function stage(): void {
  const chat = document.createElement('nobackend-chat');
  chat.setAttribute('room', room);
  const place = document.querySelector('.stage-chat');
  if (place) place.append(chat);
  byId('full', HTMLAnchorElement).href = `/r/${room}`;
}

function editors(): void {
  for (const name of ['jsfiddle', 'codepen', 'stackblitz'] as const) {
    fillOnSubmit(byId(name, HTMLFormElement), EDITORS[name], () => fiddle);
  }
  const warning = byId('warning', HTMLElement);
  warning.textContent = reachProblem();
  warning.hidden = warning.textContent === '';
}

/** `/?room=x` is the old address of a room. */
const asked = new URLSearchParams(location.search).get('room');
if (asked) location.replace(`/r/${encodeURIComponent(asked)}`);
else stage();

tabs();
editors();
copyOnClick(byId('copy', HTMLButtonElement), () => wholeText(fiddle), () => select(code));
void show('element');

/** The front page: a fresh room, the code that makes it, and the ways to take that code elsewhere. */
import { type Fiddle, readFiddle, wholeText } from './fiddle.js';
import { highlighted } from './highlight.js';
import { EDITORS, fillOnSubmit, reachProblem } from './open-in.js';
import { addressOf, byId, copyOnClick, select } from './page.js';
import { freshRoom } from './room-name.js';

const NOTES: Record<string, string> = {
  element: 'The whole chat: people, private messages, history, light and dark.',
  library: 'The library alone: 10 KB, and every pixel is yours.',
  frame:
    'For pages that allow frames but no scripts: a wiki, a blog, a learning platform. The owner’s tools are in the room’s own page.',
  plain: 'Nothing but script tags, as in the README: this is all that a client has to do.',
};

const room = freshRoom();
const code = byId('code', HTMLElement);
const fiddles: Record<string, Fiddle> = {};
let fiddle: Fiddle = { title: '', html: '', css: '', js: '' };

/** All three are read at once, so that each is there when it is asked for. */
async function load(): Promise<void> {
  const names = Object.keys(NOTES);
  const found = await Promise.all(names.map((name) => readFiddle(name, 'A chat in one minute', room)));
  found.forEach((one, i) => {
    fiddles[names[i] || ''] = one;
  });
  show('element');
}

function show(name: string): void {
  fiddle = fiddles[name] || fiddle;
  code.replaceChildren(...highlighted(wholeText(fiddle).trim()));
  byId('code-note', HTMLElement).textContent = NOTES[name] || '';
}

function tabs(): void {
  const buttons = Array.from(document.querySelectorAll<HTMLButtonElement>('[data-fiddle]'));
  for (const button of buttons) {
    button.addEventListener('click', () => {
      buttons.forEach((other) => other.setAttribute('aria-pressed', String(other === button)));
      show(button.dataset.fiddle || 'element');
    });
  }
}

function stage(): void {
  const chat = document.createElement('nobackend-chat');
  chat.setAttribute('room', room);
  const place = document.querySelector('.stage-chat');
  if (place) place.append(chat);
  byId('full', HTMLAnchorElement).href = addressOf(room);
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
if (asked) location.replace(addressOf(asked));
else stage();

tabs();
editors();
copyOnClick(
  byId('copy', HTMLButtonElement),
  () => wholeText(fiddle),
  () => select(code),
);
void load();

/** The front page: a new room, the code for it, and buttons that open this code elsewhere. */
import { type Fiddle, readFiddle, wholeText } from './fiddle.js';
import { highlighted } from './highlight.js';
import { EDITORS, fillOnSubmit, reachProblem } from './open-in.js';
import { addressOf, byId, copyOnClick, select } from './page.js';
import { freshRoom } from './room-name.js';

const NOTES: Record<string, string> = {
  element: 'The whole chat: people, private messages, history, light and dark theme.',
  library: 'Only the library, 12 KB. You design the chat yourself.',
  frame:
    'For pages that allow frames but no scripts, such as a wiki, a blog or a learning platform. The tools for the owner are on the room’s own page.',
  plain: 'Only script tags, as in the README. A client needs nothing more.',
};

const room = freshRoom();
const code = byId('code', HTMLElement);
const fiddles: Record<string, Fiddle> = {};
let fiddle: Fiddle = { title: '', html: '', css: '', js: '' };

/** Reads all fiddles at once, so that each is there when the visitor asks for it. */
async function load(): Promise<void> {
  const folders = Object.keys(NOTES);
  const found = await Promise.all(folders.map((folder) => readFiddle(folder, 'A chat in one minute', room)));
  found.forEach((one, i) => {
    fiddles[folders[i] || ''] = one;
  });
  show('element');
}

function show(folder: string): void {
  fiddle = fiddles[folder] || fiddle;
  code.replaceChildren(...highlighted(wholeText(fiddle).trim()));
  byId('code-note', HTMLElement).textContent = NOTES[folder] || '';
}

function tabs(): void {
  const buttons = Array.from(document.querySelectorAll<HTMLButtonElement>('[data-fiddle]'));
  for (const button of buttons) {
    button.addEventListener('click', () => {
      for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
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
  for (const editor of ['jsfiddle', 'codepen', 'stackblitz'] as const) {
    fillOnSubmit(byId(editor, HTMLFormElement), EDITORS[editor], () => fiddle);
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

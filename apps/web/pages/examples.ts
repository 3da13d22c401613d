/** `/examples`: each example runs in a frame beside its own code. */
import { type Fiddle, readFiddle, wholeText } from './fiddle.js';
import { highlighted } from './highlight.js';
import { EDITORS, fillOnSubmit } from './open-in.js';
import { copyOnClick, select, server } from './page.js';

function editorForm(editor: keyof typeof EDITORS, label: string, fiddle: Fiddle): HTMLFormElement {
  const form = document.createElement('form');
  const button = document.createElement('button');
  form.method = 'post';
  form.target = '_blank';
  button.textContent = label;
  form.append(button);
  fillOnSubmit(form, EDITORS[editor], () => fiddle);
  return form;
}

function openIn(fiddle: Fiddle, code: HTMLElement): HTMLElement {
  const bar = document.createElement('div');
  const copy = document.createElement('button');
  bar.className = 'open-in';
  copy.type = 'button';
  copy.textContent = 'Copy the code';
  copyOnClick(
    copy,
    () => wholeText(fiddle),
    () => select(code),
  );
  bar.append(
    editorForm('jsfiddle', 'JSFiddle', fiddle),
    editorForm('codepen', 'CodePen', fiddle),
    editorForm('stackblitz', 'StackBlitz', fiddle),
    copy,
  );
  return bar;
}

function frame(example: string, title: string): HTMLIFrameElement {
  const element = document.createElement('iframe');
  element.title = `${title}, running`;
  running.observe(element);
  element.addEventListener('load', () => element.classList.toggle('still', !loaded.has(element)));
  element.dataset.src = `${server}/fiddle/${example}/run.html`;
  return element;
}

/** Each example keeps a request open, and a browser opens no more than six connections to one server. */
const RUNNING_MAX = 4;
const loaded = new Set<HTMLIFrameElement>();

/** Runs the examples that come into view, and stops those that were seen longest ago. */
const running = new IntersectionObserver((entries) =>
  entries.forEach(({ isIntersecting, target }) => {
    const element = target as HTMLIFrameElement;
    if (!isIntersecting) return;
    if (!loaded.has(element)) go(element, element.dataset.src ?? '');
    loaded.delete(element);
    loaded.add(element); // the newest last
    for (const oldest of [...loaded].slice(0, -RUNNING_MAX)) {
      loaded.delete(oldest);
      go(oldest, 'about:blank');
    }
  }),
);

/** Loads an address without adding a step for the "Back" button. */
function go({ contentWindow }: HTMLIFrameElement, address: string): void {
  contentWindow?.location.replace(address);
}

function listing(fiddle: Fiddle, title: string): { pre: HTMLPreElement; code: HTMLElement } {
  const pre = document.createElement('pre');
  const code = document.createElement('code');
  pre.tabIndex = 0;
  pre.setAttribute('aria-label', `The code of ${title}`);
  code.append(...highlighted(wholeText(fiddle).trim()));
  pre.append(code);
  return { pre, code };
}

async function fill(article: HTMLElement): Promise<void> {
  const title = article.dataset.title || '';
  const fiddle = await readFiddle(article.id, title, article.id);
  const { pre, code } = listing(fiddle, title);
  const words = article.querySelector('.words');
  if (words) words.append(openIn(fiddle, code));
  article.append(frame(article.id, title), pre);
}

document.querySelectorAll<HTMLElement>('.example').forEach((article) => void fill(article));

import type { Fiddle } from './fiddle.js';

type Fields = Record<string, string>;

/** An editor that opens what is posted to it. */
interface Editor {
  action: string;
  fields(fiddle: Fiddle): Fields;
}

const ABOUT = 'Made with nobackend-chat';

/** The script tag stays in the HTML: JSFiddle does not load `resources` on the first run. */
const jsfiddle: Editor = {
  action: 'https://jsfiddle.net/api/post/library/pure/',
  fields: ({ title, html, css, js }) => ({ title, description: ABOUT, html, css, js, wrap: 'b', normalize_css: 'no' }),
};

/** CodePen's address for as long as it has two editors; then it is to be `/pen/define` again. */
const codepen: Editor = {
  action: 'https://codepen.io/cpe/pen/define/',
  fields: ({ title, html, css, js }) => ({
    data: JSON.stringify({ title, description: ABOUT, html, css, js, editors: js ? '101' : '100' }),
  }),
};

const stackblitz: Editor = {
  action: 'https://stackblitz.com/run',
  fields: ({ title, html, css, js }) => ({
    'project[title]': title,
    'project[description]': ABOUT,
    'project[template]': 'javascript',
    'project[files][index.html]': html,
    'project[files][index.js]': `${css ? "import './style.css';\n" : ''}${js}`,
    ...(css ? { 'project[files][style.css]': css } : {}),
  }),
};

export const EDITORS = { jsfiddle, codepen, stackblitz };

/** Makes `form` post the fiddle that is current when it is submitted. */
export function fillOnSubmit(form: HTMLFormElement, editor: Editor, current: () => Fiddle): void {
  form.action = editor.action;
  form.addEventListener('submit', () => {
    form.querySelectorAll('textarea').forEach((field) => field.remove());
    const fields = editor.fields(current());
    for (const name of Object.keys(fields)) form.append(hidden(name, fields[name] || ''));
  });
}

/** A text area keeps line ends, which an input would lose. */
function hidden(name: string, value: string): HTMLTextAreaElement {
  const field = document.createElement('textarea');
  field.hidden = true;
  field.name = name;
  field.value = value;
  return field;
}

/** Why an editor, which is served over HTTPS, may not be able to reach this server; empty when it is. */
export function reachProblem(): string {
  const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);
  if (local)
    return 'This server runs on your own computer, so what you open in an editor works on this computer only, and the browser may ask whether the page may reach it.';
  if (location.protocol === 'http:')
    return 'These editors are served over HTTPS, where browsers load nothing over plain HTTP. Give this server an https address and they will work.';
  return '';
}

import type { Fiddle } from './fiddle.js';

type Fields = Record<string, string>;

/** An editor that opens the code that is posted to it. */
interface Editor {
  action: string;
  fields(fiddle: Fiddle): Fields;
}

const ABOUT = 'Made with nobackend-chat';

/** The script tag stays in the HTML, because JSFiddle does not load `resources` on the first run. */
const jsfiddle: Editor = {
  action: 'https://jsfiddle.net/api/post/library/pure/',
  fields: ({ title, html, css, js }) => ({ title, description: ABOUT, html, css, js, wrap: 'b', normalize_css: 'no' }),
};

/** CodePen uses this address while it has two editors. Afterwards it will be `/pen/define` again. */
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

/** Makes `form` post the fiddle that is shown when it is submitted. */
export function fillOnSubmit(form: HTMLFormElement, editor: Editor, current: () => Fiddle): void {
  form.action = editor.action;
  form.addEventListener('submit', () => {
    for (const former of form.querySelectorAll('textarea')) former.remove();
    for (const [field, value] of Object.entries(editor.fields(current()))) form.append(hidden(field, value));
  });
}

/** A text area keeps line breaks. An input would lose them. */
function hidden(field: string, value: string): HTMLTextAreaElement {
  const area = document.createElement('textarea');
  area.hidden = true;
  area.name = field;
  area.value = value;
  return area;
}

/** Returns why an editor, which is served over https, may not reach this server. Returns '' if it can. */
export function reachProblem(): string {
  const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);
  if (local)
    return 'This server runs on your own computer. The code that you open in an editor works on this computer only, and the browser may ask for permission.';
  if (location.protocol === 'http:')
    return 'These editors use https, and browsers block plain http there. The code will work once this server has an https address.';
  return '';
}

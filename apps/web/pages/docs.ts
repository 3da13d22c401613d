/** `/docs`: a form for each operation, made from the same table that the server answers by. */
import { ERRORS, type ErrorCode } from '../../../shared/protocol/errors.js';
import {
  OPERATIONS,
  type OperationName,
  type OperationShape,
  type Parameter,
} from '../../../shared/protocol/operations.js';
import { asFailure } from '../client/errors.js';
import { fetchTransport } from '../client/transport/fetch.js';
import { jsonpTransport } from '../client/transport/jsonp.js';
import { h } from '../element/dom/dom.js';
import { ENGLISH } from '../element/texts.js';
import { TOOLS_ENGLISH } from '../moderation-tools/texts.js';
import { KINDS, PURPOSE, WHEN } from './docs-texts.js';
import { byId, server } from './page.js';

const transports = { fetch: fetchTransport(server), jsonp: jsonpTransport(server, '') };
/** ms: longer than the longest hold. */
const REQUEST_TIMEOUT_MS = 65_000;
const NO_JSON = 'This is not JSON. A text has quotes, as in "hello"; so have names, as in {"a":1}.';

function field(operation: string, { name, kind, required }: Parameter): HTMLElement {
  const id = `${operation}-${name}`;
  const label = h('label', { for: id }, h('code', {}, name), required ? ' ' : h('i', {}, ' optional'));
  const input = h('input', {
    id,
    name,
    dir: 'auto',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-describedby': `${id}-kind`,
    ...(required ? { required: '' } : {}),
  });
  if (isJsonKind(kind))
    input.addEventListener('input', () => input.setCustomValidity(isJson(input.value) ? '' : NO_JSON));
  return h('div', { class: 'field' }, label, input, h('span', { id: `${id}-kind`, class: 'kind' }, KINDS[kind]));
}

const isJsonKind = (kind: Parameter['kind']): boolean => kind === 'data' || kind === 'value' || kind === 'words';

function isJson(text: string): boolean {
  try {
    return text === '' || JSON.parse(text) !== undefined;
  } catch (_) {
    return false;
  }
}

/** What was typed, as the request takes it. Of numbers the server takes the digits too. */
function valuesOf(form: HTMLFormElement): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  form.querySelectorAll('input').forEach(({ name, value }) => {
    if (value !== '')
      values[name] = name === 'data' || name === 'value' || name === 'words' ? JSON.parse(value) : value;
  });
  return values;
}

async function call(operation: OperationName, form: HTMLFormElement, way: keyof typeof transports): Promise<void> {
  const output = form.querySelector('output');
  if (!output) return;
  output.textContent = operation === 'poll' ? 'Waiting…' : '…';
  try {
    const answer = await transports[way].call(operation, valuesOf(form), REQUEST_TIMEOUT_MS).done;
    output.textContent = JSON.stringify(answer, null, 2);
    remember(answer as { token?: string; cursor?: string });
  } catch (thrown) {
    output.textContent = JSON.stringify({ ok: false, error: errorOf(thrown) }, null, 2);
  }
}

/** A failure as the server told it. One that never reached the server has no status. */
function errorOf(thrown: unknown): object {
  const { code, message, field: at, suggestion, retryAfter, reason } = asFailure(thrown);
  const status = code in ERRORS ? ERRORS[code as ErrorCode].status : undefined;
  return { code, status, message, field: at, suggestion, retryAfter, reason };
}

/** Puts a token or cursor into every form that takes one. */
function remember(answer: { token?: string; cursor?: string }): void {
  for (const name of ['token', 'cursor'] as const) {
    const value = answer[name];
    if (value)
      document.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`).forEach((input) => {
        input.value = value;
      });
  }
}

function formOf(operation: OperationName): HTMLElement {
  const { parameters, reads }: OperationShape = OPERATIONS[operation];
  const fetching = h('button', {}, 'Call with fetch');
  const scripting = h('button', { value: 'jsonp', class: 'quiet' }, 'With a script tag');
  const output = h('output', { 'aria-label': `Answer of ${operation}`, tabindex: '0' });
  const form = h(
    'form',
    {},
    ...parameters.map((one) => field(operation, one)),
    h('div', { class: 'calls' }, fetching, scripting),
    output,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void call(operation, form, event.submitter === scripting ? 'jsonp' : 'fetch');
  });
  const link = h('a', { href: `#op-${operation}` }, `Link to ${operation}`);
  const paths = h(
    'p',
    { class: 'paths' },
    h('code', {}, `${reads ? 'GET or POST' : 'POST'} /api/${operation}`),
    h('code', {}, `GET /jsonp/${operation}`),
    link,
  );
  const [, purpose = '', more = ''] = /^(.*?\.) ?(.*)$/.exec(PURPOSE[operation]) || [];
  const summary = h('summary', {}, h('h3', {}, operation), h('p', {}, purpose));
  return h('details', { id: `op-${operation}`, class: 'fold operation' }, summary, h('p', {}, more), paths, form);
}

/** Opens what the address points to, which may be closed, and was not there when the browser looked for it. */
function reveal(): void {
  const target = document.getElementById(location.hash.slice(1));
  if (!target) return;
  if (target instanceof HTMLDetailsElement) target.open = true;
  target.scrollIntoView();
}

function joinNow(): void {
  const form = document.querySelector<HTMLFormElement>('#op-join form');
  if (!form) return;
  byId('op-join', HTMLDetailsElement).open = true;
  form.requestSubmit();
  form.scrollIntoView({ block: 'center' });
}

function errorTerm(code: ErrorCode): HTMLElement[] {
  const { status, retry } = ERRORS[code];
  return [
    h('dt', {}, h('code', {}, code), ` ${status}`),
    h('dd', {}, `${WHEN[code]}.${retry ? ' The same request may succeed later.' : ''}`),
  ];
}

function wordTerm([name, text]: [string, string]): HTMLElement[] {
  return [
    h('dt', {}, h('code', {}, name)),
    h('dd', {}, text || 'the language of dates, as de; none: that of the page'),
  ];
}

document.querySelectorAll('[data-code]').forEach((element) => {
  element.textContent = (element.textContent || '').split('{{server}}').join(server);
});
Object.entries(ENGLISH).forEach((entry) => byId('words', HTMLDListElement).append(...wordTerm(entry)));
Object.entries(TOOLS_ENGLISH).forEach((entry) => byId('owner-words', HTMLDListElement).append(...wordTerm(entry)));
byId('forms', HTMLElement).append(...(Object.keys(OPERATIONS) as OperationName[]).map(formOf));
(Object.keys(ERRORS) as ErrorCode[]).forEach((code) => byId('codes', HTMLDListElement).append(...errorTerm(code)));
byId('join-now', HTMLButtonElement).addEventListener('click', joinNow);
addEventListener('hashchange', reveal);
reveal();

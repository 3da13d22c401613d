/** `/docs`: a form for each operation. The server uses the same table of operations. */
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
import { ENGLISH, type Forms } from '../element/texts.js';
import { TOOLS_ENGLISH } from '../moderation-tools/texts.js';
import { NOTICES_ENGLISH } from '../notices/texts.js';
import { SEARCH_ENGLISH } from '../search/texts.js';
import { TALK_ENGLISH } from '../talk/texts.js';
import { ENGLISH as WIDGETS_ENGLISH } from '../widgets/texts.js';
import { KINDS, PURPOSE, REASONS, WHEN } from './docs-texts.js';
import { byId, server } from './page.js';

const transports = { fetch: fetchTransport(server), jsonp: jsonpTransport(server, '') };
/** Longer than the server holds any poll. */
const REQUEST_TIMEOUT_MS = 65_000;
const NO_JSON = 'This is not JSON. Put texts and names in double quotes, as in "hello" or {"a":1}.';

function field(operation: string, { name: parameter, kind, required }: Parameter): HTMLElement {
  const id = `${operation}-${parameter}`;
  const label = h('label', { for: id }, h('code', {}, parameter), required ? ' ' : h('i', {}, ' optional'));
  const input = h('input', {
    id,
    name: parameter,
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

const isJsonKind = (kind: string): boolean => /^(contents|data|value|words)$/.test(kind);

function isJson(text: string): boolean {
  try {
    return text === '' || JSON.parse(text) !== undefined;
  } catch (_) {
    return false;
  }
}

/** Returns the values that were typed in. The server also accepts a number as a text of digits. */
function valuesOf(form: HTMLFormElement): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { name: parameter, value } of form.querySelectorAll('input')) {
    if (value !== '') values[parameter] = isJsonKind(parameter) ? JSON.parse(value) : value;
  }
  return values;
}

async function call(operation: OperationName, form: HTMLFormElement, by: keyof typeof transports): Promise<void> {
  const output = form.querySelector('output');
  if (!output) return;
  output.textContent = operation === 'poll' ? 'Waiting…' : '…';
  try {
    const answer = await transports[by].call(operation, valuesOf(form), REQUEST_TIMEOUT_MS).done;
    output.textContent = JSON.stringify(answer, null, 2);
    remember(answer as { token?: string; cursor?: string });
  } catch (thrown) {
    output.textContent = JSON.stringify({ ok: false, error: errorOf(thrown) }, null, 2);
  }
}

/** Returns a failure as the server words it. A request that never reached the server has no status. */
function errorOf(thrown: unknown): object {
  const { code, message, field: at, suggestion, retryAfter, reason } = asFailure(thrown);
  const httpStatus = code in ERRORS ? ERRORS[code as ErrorCode].status : undefined;
  return { code, status: httpStatus, message, field: at, suggestion, retryAfter, reason };
}

/** Fills the token and the cursor of an answer into every form that takes them. */
function remember(answer: { token?: string; cursor?: string }): void {
  for (const parameter of ['token', 'cursor'] as const) {
    const value = answer[parameter];
    if (!value) continue;
    for (const input of document.querySelectorAll<HTMLInputElement>(`input[name="${parameter}"]`)) input.value = value;
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
  form.addEventListener('submit', (submission) => {
    submission.preventDefault();
    void call(operation, form, submission.submitter === scripting ? 'jsonp' : 'fetch');
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

/** Opens and shows the part that the address points to. It did not exist yet when the browser looked for it. */
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
  const { status: httpStatus, retry } = ERRORS[code];
  return [
    h('dt', {}, h('code', {}, code), ` ${httpStatus}`),
    h('dd', {}, `${WHEN[code]}${retry ? ' The same request may succeed later.' : ''}`),
  ];
}

/** Returns a text as it is, or its forms, each after its plural category. */
function wordText(text: string | Forms): string {
  if (typeof text === 'string')
    return text || 'the language of dates, for example de. Default: the language of the page';
  return Object.entries(text)
    .map(([category, form]) => `${category}: ${form}`)
    .join(' · ');
}

function wordTerm([key, text]: [string, string | Forms]): HTMLElement[] {
  return [h('dt', {}, h('code', {}, key)), h('dd', {}, wordText(text))];
}

for (const element of document.querySelectorAll('[data-code]'))
  element.textContent = (element.textContent || '').split('{{server}}').join(server);
for (const entry of Object.entries({ ...ENGLISH, ...TALK_ENGLISH, ...NOTICES_ENGLISH, ...SEARCH_ENGLISH }))
  byId('words', HTMLDListElement).append(...wordTerm(entry));
for (const entry of Object.entries(WIDGETS_ENGLISH)) byId('widget-words', HTMLDListElement).append(...wordTerm(entry));
for (const entry of Object.entries(TOOLS_ENGLISH)) byId('owner-words', HTMLDListElement).append(...wordTerm(entry));
byId('forms', HTMLElement).append(...(Object.keys(OPERATIONS) as OperationName[]).map(formOf));
for (const code of Object.keys(ERRORS) as ErrorCode[]) byId('codes', HTMLDListElement).append(...errorTerm(code));
for (const [reason, text] of Object.entries(REASONS))
  byId('reason-names', HTMLDListElement).append(h('dt', {}, h('code', {}, reason)), h('dd', {}, text));
byId('join-now', HTMLButtonElement).addEventListener('click', joinNow);
addEventListener('hashchange', reveal);
reveal();

/** `/docs`: a form for each operation, made from the same table that the server answers by. */
import { ERRORS, type ErrorCode } from '../../../shared/protocol/errors.js';
import { OPERATIONS, type OperationName, type OperationShape, type Parameter } from '../../../shared/protocol/operations.js';
import { asFailure } from '../client/errors.js';
import { fetchTransport } from '../client/fetch.js';
import { jsonpTransport } from '../client/jsonp.js';
import { h } from '../element/dom.js';
import { KINDS, PURPOSE, WHEN } from './docs-texts.js';
import { byId } from './page.js';

const server = location.origin;
const ways = { fetch: fetchTransport(server), jsonp: jsonpTransport(server, '') };
/** ms: longer than the longest hold. */
const PATIENCE = 65_000;

function field(operation: string, { name, kind, required }: Parameter): HTMLElement {
  const id = `${operation}-${name}`;
  const label = h('label', { for: id }, h('code', {}, name), required ? ' ' : h('i', {}, ' optional'));
  const input = h('input', { id, name, autocomplete: 'off', spellcheck: 'false', 'data-kind': kind, 'aria-describedby': `${id}-kind`, ...(required ? { required: '' } : {}) });
  return h('div', { class: 'field' }, label, input, h('span', { id: `${id}-kind`, class: 'kind' }, KINDS[kind]));
}

/** What was typed, as the request takes it. What is no JSON goes as it is, for the server to refuse. */
function valuesOf(form: HTMLFormElement): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  form.querySelectorAll('input').forEach(({ name, value, dataset }) => {
    if (value === '') return;
    values[name] = /^(data|timeout|limit|user)$/.test(dataset['kind'] || '') ? parsed(value) : value;
  });
  return values;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (_) {
    return text;
  }
}

async function call(operation: OperationName, form: HTMLFormElement, way: keyof typeof ways): Promise<void> {
  const output = form.querySelector('output');
  if (!output) return;
  output.textContent = operation === 'poll' ? 'Waiting…' : '…';
  try {
    const answer = await ways[way].call(operation, valuesOf(form), PATIENCE).done;
    output.textContent = JSON.stringify(answer, null, 2);
    remember(answer as { token?: string; cursor?: string });
  } catch (thrown) {
    const { code, message, field: at, suggestion, retryAfter } = asFailure(thrown);
    output.textContent = JSON.stringify({ ok: false, error: { code, message, field: at, suggestion, retryAfter } }, null, 2);
  }
}

/** Puts a token or cursor into every form that takes one. */
function remember(answer: { token?: string; cursor?: string }): void {
  for (const name of ['token', 'cursor'] as const) {
    const value = answer[name];
    if (value) document.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`).forEach((input) => { input.value = value; });
  }
}

function formOf(operation: OperationName): HTMLElement {
  const { parameters, reads }: OperationShape = OPERATIONS[operation];
  const fetching = h('button', {}, 'Call with fetch');
  const scripting = h('button', { value: 'jsonp', class: 'quiet' }, 'With a script tag');
  const output = h('output', { 'aria-label': `Answer of ${operation}` });
  const form = h('form', {}, ...parameters.map((one) => field(operation, one)), h('div', { class: 'calls' }, fetching, scripting), output);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void call(operation, form, event.submitter === scripting ? 'jsonp' : 'fetch');
  });
  const paths = h('code', { class: 'paths' }, `${reads ? 'GET or POST' : 'POST'} /api/${operation} · GET /jsonp/${operation}`);
  return h('article', { id: `op-${operation}`, class: 'operation' }, h('h3', {}, operation), h('p', {}, PURPOSE[operation]), paths, form);
}

function errorRow(code: ErrorCode): HTMLTableRowElement {
  const { status, retry } = ERRORS[code];
  const cells = [h('code', {}, code), String(status), WHEN[code], retry ? 'yes' : 'no'];
  return h('tr', {}, ...cells.map((cell) => h('td', {}, cell)));
}

document.querySelectorAll('[data-code]').forEach((element) => {
  element.textContent = (element.textContent || '').split('{{server}}').join(server);
});
byId('forms', HTMLElement).append(...(Object.keys(OPERATIONS) as OperationName[]).map(formOf));
byId('error-rows', HTMLElement).append(...(Object.keys(ERRORS) as ErrorCode[]).map(errorRow));
byId('join-now', HTMLButtonElement).addEventListener('click', () => {
  const form = document.querySelector<HTMLFormElement>('#op-join form');
  if (!form) return;
  form.requestSubmit();
  form.scrollIntoView({ block: 'center' });
});

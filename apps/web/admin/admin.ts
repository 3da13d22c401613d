/** `/admin`: asks for the figures every two seconds, keeps a quarter of an hour of them, and says when they are old. */
import type { AdminSnapshot, Sample } from '../../../shared/protocol/admin.js';
import { byId, server } from '../pages/page.js';
import { ActDialog } from './act-dialog.js';
import { makeCharts } from './charts.js';
import { setText } from './dom.js';
import { clock } from './format.js';
import { makeLists } from './lists.js';

const EVERY_MS = 2_000;
/** An answer that has not come by then (ms) will not; a Redis that hangs makes for a slow one. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Samples kept by the page: 15 minutes. */
const SAMPLES_MAX = 450;
/** The newest sample may be so old (ms). */
const FRESH_MAX_MS = 8_000;

type Kind = 'good' | 'wait' | 'bad';

let samples: Sample[] = [];
let figures: AdminSnapshot | null = null;
/** What keeps figures from coming, and since when. */
let trouble: string | null = null;
/** When the last answer came (ms, of this page's clock). */
let heard = performance.now();
/** ms by which the server's clock is ahead of this page's: all times shown are the server's. */
let ahead = 0;

const state = byId('state', HTMLElement);
const node = byId('node', HTMLElement);
const charts = makeCharts();
const dialog = new ActDialog(
  (kind, name) => Boolean(figures && figures.off.some((one) => one.kind === kind && one.name === name)),
  () => void look(),
);
const showLists = makeLists((kind, name) => void dialog.open(kind, name));

/** One look: never rejects. */
async function look(): Promise<void> {
  try {
    const newest = samples[samples.length - 1];
    const response = await fetch(`${server}/admin/figures?since=${newest ? newest.at : 0}`, {
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (!response.ok) return fail(refusalOf(response));
    take((await response.json()) as AdminSnapshot);
  } catch (_) {
    fail('This server does not answer');
  }
}

function refusalOf({ status, headers }: Response): string {
  if (status === 401) return 'The password is another now: load this page anew';
  if (status === 429)
    return `Too many wrong passwords from your address: wait ${headers.get('Retry-After') ?? '600'} s`;
  return `This server answers ${status}`;
}

function take(answer: AdminSnapshot): void {
  trouble = null;
  heard = performance.now();
  ahead = answer.at - Date.now();
  figures = answer.known || !figures ? answer : { ...figures, redis: answer.redis, at: answer.at }; // what was there last stays in view
  const newest = samples[samples.length - 1];
  samples = [...samples, ...answer.samples.filter(({ at }) => !newest || at > newest.at)].slice(-SAMPLES_MAX);
  const last = samples[samples.length - 1];
  showNode(answer.node);
  showLists(figures, answer.redis.up && last ? last.processes : [answer.process]);
  say();
  draw();
}

/** A process of a former version says nothing of its Node. */
function showNode(notice: string | null | undefined): void {
  node.hidden = !notice;
  setText(node, notice || '');
}

function fail(message: string): void {
  trouble = trouble && trouble.startsWith(message) ? trouble : `${message}, since ${clock(Date.now() + ahead)}`;
  say();
}

function say(): void {
  const [kind, text] = stateNow();
  if (state.dataset.kind !== kind) {
    state.dataset.kind = kind;
    draw();
  }
  setText(state, text);
  document.body.classList.toggle('stale', kind === 'bad');
  const title = `${kind === 'bad' ? '⚠ ' : ''}Host · nobackend-chat`;
  if (document.title !== title) document.title = title;
}

function draw(): void {
  for (const chart of charts) chart.show(samples, state.dataset.kind !== 'bad');
}

function stateNow(): [Kind, string] {
  const last = samples[samples.length - 1];
  const old = last ? `The figures below are of ${clock(last.at)}.` : '';
  if (trouble) return ['bad', `${trouble}. ${old}`];
  const silence = performance.now() - heard;
  if (silence > FRESH_MAX_MS) return ['bad', `No answer for ${Math.round(silence / 1_000)} s. ${old}`];
  if (!figures) return ['wait', 'Loading'];
  if (!figures.redis.up)
    return [
      'bad',
      `Redis is away: ${figures.redis.reason ?? 'no reason is known'}. Requests get “unavailable” until it is back. ${old}`,
    ];
  if (!last) return ['wait', 'The first figures come within five seconds'];
  if (figures.at - last.at > FRESH_MAX_MS) return ['bad', `No process has written figures since ${clock(last.at)}.`];
  return ['good', 'Live'];
}

async function goOn(): Promise<void> {
  await look();
  setTimeout(() => void goOn(), EVERY_MS);
}

byId('any', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const kind = byId('any-kind', HTMLSelectElement).value as 'room' | 'origin' | 'address';
  void dialog.open(kind, byId('any-name', HTMLInputElement).value.trim());
});
byId('any-kind', HTMLSelectElement).addEventListener('change', ({ target }) => {
  const examples: Record<string, string> = { room: 'lobby', origin: 'https://example.org', address: '203.0.113.7' };
  byId('any-name', HTMLInputElement).placeholder = examples[(target as HTMLSelectElement).value] ?? '';
});
byId('charts', HTMLElement).append(...charts.map(({ element }) => element));
void goOn();
setInterval(say, 1_000);

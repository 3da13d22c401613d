/** `/admin`: asks for metrics every two seconds, keeps those of 15 minutes, and says when they are out of date. */
import type { AdminSnapshot, InstanceMetrics, Sample, SwitchedOff } from '../../../shared/protocol/admin.js';
import { byId, server } from '../pages/page.js';
import { ActionDialog } from './action-dialog.js';
import { makeCharts } from './charts.js';
import { setText } from './dom.js';
import { clock, time } from './format.js';
import { makeLists } from './lists.js';
import { makeNews } from './news.js';
import { showRooms } from './room-search.js';
import { showUsage } from './usage.js';

const EVERY_MS = 2_000;
/** An answer takes this long only if it will never come. A Redis that hangs makes answers slow. */
const REQUEST_TIMEOUT_MS = 10_000;
/** The page keeps the samples of 15 minutes. */
const SAMPLES_MAX = 450;
/** The newest sample may be this old. */
const FRESH_MAX_MS = 8_000;
/** A worker counts as missing after so many samples without one: it writes every two seconds, as samples are taken. */
const WORKER_SAMPLES_MIN = 3;
/** The oldest fan-out job may wait for so long, as for the alert `ChatQueueStuck`. */
const QUEUE_AGE_MAX_S = 15;

type Kind = 'good' | 'wait' | 'bad';

let samples: Sample[] = [];
let snapshot: AdminSnapshot | null = null;
/** Why no metrics arrive, and since when. */
let trouble: string | null = null;
/** When the last answer came, in ms of this page's clock. */
let heardAt = performance.now();
/** How far the server's clock is ahead of this page's. All times that the page shows are the server's. */
let aheadMs = 0;
/** Whether the numbers on the page are out of date. */
let isStale = false;

const state = byId('state', HTMLElement);
const node = byId('node', HTMLElement);
const charts = makeCharts();
const dialog = new ActionDialog(
  (kind, target) => Boolean(snapshot?.off.some((one) => one.kind === kind && one.name === target)),
  () => {
    void look();
    void refreshRooms();
  },
);
const refreshRooms = showRooms((room) => void dialog.open('room', room));
const showNews = makeNews(() => void look());
const showLists = makeLists((kind, target) => void dialog.open(kind, target));

showUsage((origin) => void dialog.open('origin', origin));

/** Asks once. Never rejects. */
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

function refusalOf(response: Response): string {
  if (response.status === 401) return 'The password has changed: reload this page';
  if (response.status === 429)
    return `Too many wrong passwords from your address: wait ${response.headers.get('Retry-After') ?? '600'} s`;
  return `This server answers with status ${response.status}`;
}

function take(answer: AdminSnapshot): void {
  trouble = null;
  heardAt = performance.now();
  aheadMs = answer.at - Date.now();
  // what the server does not know now stays as it was
  snapshot = answer.known || !snapshot ? answer : { ...snapshot, redis: answer.redis, at: answer.at };
  const newest = samples[samples.length - 1];
  samples = [...samples, ...answer.samples.filter(({ at }) => !newest || at > newest.at)].slice(-SAMPLES_MAX);
  const last = samples[samples.length - 1];
  showNode(answer.node);
  showNews(snapshot.known ? (snapshot.news ?? null) : undefined);
  // while Redis is away, the last known processes stay
  showLists(snapshot, last ? last.processes : [answer.process]);
  byId('processes-note', HTMLElement).hidden = last !== undefined;
  say();
  draw();
}

/** An API process of an older version says nothing about its Node. */
function showNode(notice: string | null | undefined): void {
  node.hidden = !notice;
  setText(node, notice || '');
}

function fail(message: string): void {
  trouble = trouble?.startsWith(message) ? trouble : `${message}, since ${clock(Date.now() + aheadMs)}`;
  say();
}

function say(): void {
  const outdated = whyOutdated();
  const [kind, text]: [Kind, string] = outdated === null ? stateNow() : ['bad', outdated];
  state.dataset.kind = kind;
  setText(state, text);
  document.body.classList.toggle('stale', outdated !== null);
  if (isStale !== (outdated !== null)) {
    isStale = !isStale;
    draw();
  }
  const title = `${kind === 'bad' ? '⚠ ' : ''}Host · nobackend-chat`;
  if (document.title !== title) document.title = title;
}

function draw(): void {
  for (const chart of charts) chart.show(samples, !isStale);
}

/** Returns why the numbers are out of date, or null while they are not. */
function whyOutdated(): string | null {
  const last = samples[samples.length - 1];
  const from = last ? `The numbers below are from ${clock(last.at)}.` : '';
  if (trouble) return `${trouble}. ${from}`;
  const silenceMs = performance.now() - heardAt;
  if (silenceMs > FRESH_MAX_MS) return `No answer for ${Math.round(silenceMs / 1_000)} s. ${from}`;
  if (snapshot?.redis.up === false) return `${snapshot.redis.reason ?? ''} ${from}`;
  if (snapshot && last && snapshot.at - last.at > FRESH_MAX_MS)
    return `No process has written metrics since ${clock(last.at)}.`;
  return null;
}

function stateNow(): [Kind, string] {
  const last = samples[samples.length - 1];
  if (!snapshot) return ['wait', 'Loading'];
  if (!last) return ['wait', 'The first numbers come within five seconds'];
  const lacksWorker = samples.slice(-WORKER_SAMPLES_MIN).every(({ processes }) => !processes.some(isWorker));
  if (lacksWorker) return ['bad', 'No worker runs. Messages are accepted, but not delivered.'];
  if ((last.queueAge ?? 0) > QUEUE_AGE_MAX_S)
    return ['bad', `A message has waited for ${time(last.queueAge ?? 0)}. See whether a worker runs.`];
  return ['good', 'Live'];
}

const isWorker = ({ name: instance }: InstanceMetrics): boolean => instance.startsWith('worker-');

async function goOn(): Promise<void> {
  await look();
  setTimeout(() => void goOn(), EVERY_MS);
}

byId('any', HTMLFormElement).addEventListener('submit', (submission) => {
  submission.preventDefault();
  const kind = byId('any-kind', HTMLSelectElement).value as SwitchedOff['kind'];
  void dialog.open(kind, byId('any-name', HTMLInputElement).value.trim());
});
byId('any-kind', HTMLSelectElement).addEventListener('change', ({ target }) => {
  const examples: Record<string, string> = {
    room: 'lobby',
    origin: 'https://example.org',
    address: '203.0.113.7',
    network: '203.0.113.0/24',
    word: 'spam',
    link: 'spam.example',
  };
  byId('any-name', HTMLInputElement).placeholder = examples[(target as HTMLSelectElement).value] ?? '';
});
byId('charts', HTMLElement).append(...charts.map(({ element }) => element));
void goOn();
setInterval(say, 1_000);

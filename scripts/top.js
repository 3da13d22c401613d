/**
 * `npm run top`: in a terminal what /admin shows, drawn anew every second until q or Ctrl-C. Into a pipe: once, plainly. ADMIN_PASSWORD is
 * the chat's; `-- --url https://chat.example.org` looks at another than the one at PORT of this machine.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Problem, report } from './problem.js';
import { linesOf, time } from './top/lines.js';

const EVERY = 1_000;
const PATIENCE = 5_000;
/** Samples that are looked back on. */
const KEPT = 150;
const USAGE = 'ADMIN_PASSWORD=... npm run top -- [--url http://localhost:8080]';
/** Another screen, as editors take, without a cursor; and back. */
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';

const { stdin, stdout } = process;

async function top() {
  const url = readUrl();
  const password = process.env.ADMIN_PASSWORD;
  if (!password) throw new Problem(`Give the chat's password: ${USAGE}`);
  const source = new Source(url, password);
  const first = await source.read(); // what cannot be read at all is said at once, and not on another screen
  if (!stdout.isTTY) return print(url, first, source.samples);
  await watch(url, source, first);
}

function readUrl() {
  try {
    const { url } = parseArgs({ options: { url: { type: 'string' } } }).values;
    return new URL(url ?? `http://localhost:${process.env.PORT || 8080}`).href.replace(/\/+$/, '');
  } catch (error) {
    throw new Problem(`${error.message} (${USAGE})`);
  }
}

/** The figures, as they come from one of the API processes. */
class Source {
  /** Those of the last minutes, oldest first. */
  samples = [];
  #url;
  #headers;

  constructor(url, password) {
    this.#url = url;
    this.#headers = { Authorization: `Basic ${Buffer.from(`:${password}`).toString('base64')}` };
  }

  /** Throws a Problem: in one line, why there are none. */
  async read() {
    const last = this.samples.at(-1);
    const answer = await this.#ask(last ? `?since=${last.at}` : '');
    if (answer.status === 401) throw new Problem(`The chat at ${this.#url} does not accept this ADMIN_PASSWORD.`);
    if (answer.status === 404) throw new Problem(`The chat at ${this.#url} has no ADMIN_PASSWORD, and so no figures: start it with one.`);
    const figures = await answer.json().catch(() => null);
    if (!figures?.process) throw new Problem(`${this.#url} answers ${answer.status}, and no figures.`);
    this.samples = [...this.samples, ...figures.samples].slice(-KEPT);
    return figures;
  }

  async #ask(query) {
    try {
      return await fetch(`${this.#url}/admin/figures${query}`, { headers: this.#headers, signal: AbortSignal.timeout(PATIENCE) });
    } catch (error) {
      throw new Problem(`${this.#url} cannot be reached: ${error.cause?.code ?? error.message}.`);
    }
  }
}

const title = (url, { at }) => `nobackend-chat  ${url}  ${time(at)}`;

function print(url, figures, samples) {
  console.log([title(url, figures), ...linesOf(figures, samples)].join('\n'));
}

/** Draws until it is told to end. */
async function watch(url, source, first) {
  const end = endByKey();
  stdout.write(ENTER);
  try {
    draw([heading(url, first), ...linesOf(first, source.samples)]);
    while (await pause(end.signal)) draw(await source.read().then((figures) => [heading(url, figures), ...linesOf(figures, source.samples)], trouble));
  } finally {
    stdout.write(LEAVE);
    stdin.setRawMode?.(false).pause();
  }
}

const heading = (url, figures) => `${title(url, figures)}   q ends`;
/** It may pass: what cannot be read is tried again. */
const trouble = (error) => [`\x1b[31m${error.message}\x1b[0m`, '', 'Trying again. q ends'];

/** True after a moment, false as soon as it is to end. */
const pause = (signal) => sleep(EVERY, true, { signal }).catch(() => false);

/** Aborts at q, Ctrl-C, or the end of the terminal. */
function endByKey() {
  const end = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end.abort());
  if (stdin.isTTY) stdin.setRawMode(true).on('data', (keys) => /[qQ\x03\x04]/.test(String(keys)) && end.abort());
  return end;
}

function draw(lines) {
  const shown = lines.slice(0, stdout.rows).map((line) => line.startsWith('\x1b') ? line : line.slice(0, stdout.columns));
  stdout.write(`\x1b[H${shown.map((line) => `${line}\x1b[K`).join('\n')}\x1b[J`);
}

top().catch(report);

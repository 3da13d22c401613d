/** The part of WebDriver that tests need, as plain HTTP calls (https://www.w3.org/TR/webdriver/). */
import PQueue from 'p-queue';
import type { Driver } from './engine.js';

/** ms for a page to end loading: less than a poll is held (25 s), so that a page that waits for its poll fails. */
const LOAD_MS = 20_000;
/** ms for any one command. */
const COMMAND_MS = 25_000;
/** ms for a browser to start, which takes half a second where it does not hang. */
const START_MS = 8_000;
const KEYS = { Enter: '\uE007' };

/** Calls a driver once. Throws what it answers as an error, and when it does not answer in time. */
export async function command(
  driver: string,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  { body, limitMs = COMMAND_MS }: { body?: object | undefined; limitMs?: number } = {},
): Promise<unknown> {
  const init = { method, signal: AbortSignal.timeout(limitMs), ...(body ? { body: JSON.stringify(body) } : {}) };
  const response = await fetch(driver + path, init);
  const { value } = (await response.json()) as { value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new Error(`${method} ${path}: ${error}: ${message}`);
}

/** A session of a driver. Its commands go to one tab at a time, so each waits for the one before. */
export class WebDriverSession {
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #base: string;
  #shown = '';

  private constructor(base: string) {
    this.#base = base;
  }

  static async start(driver: string): Promise<WebDriverSession> {
    const alwaysMatch = { timeouts: { pageLoad: LOAD_MS, script: LOAD_MS } };
    const body = { capabilities: { alwaysMatch } };
    const session = await command(driver, 'POST', '/session', { body, limitMs: START_MS });
    return new WebDriverSession(`${driver}/session/${(session as { sessionId: string }).sessionId}`);
  }

  async firstTab(): Promise<Driver> {
    return this.#driverOf((await command(this.#base, 'GET', '/window')) as string);
  }

  /** A window of its own: in a tab behind another no click is ever done. */
  async newTab(): Promise<Driver> {
    const { handle } = (await command(this.#base, 'POST', '/window/new', { body: { type: 'window' } })) as {
      handle: string;
    };
    return this.#driverOf(handle);
  }

  async end(): Promise<void> {
    await command(this.#base, 'DELETE', '');
  }

  #driverOf(tab: string): Driver {
    const call = (path: string, body: object): Promise<unknown> => this.#in(tab, 'POST', path, body);
    return {
      go: async (url) => {
        await call('/url', { url });
      },
      reload: async () => {
        await call('/refresh', {});
      },
      run: async (expression) => resultOf(await call('/execute/async', { script: scriptOf(expression), args: [] })),
      clickAt: async (x, y) => {
        await call('/actions', click(x, y));
      },
      type: async (text) => {
        await call('/actions', keys([...text]));
      },
      press: async (key) => {
        await call('/actions', keys([KEYS[key]]));
      },
      close: async () => {
        await this.#in(tab, 'DELETE', '/window');
      },
    };
  }

  #in(tab: string, method: 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> {
    return this.#queue.add(async () => {
      if (this.#shown !== tab) await command(this.#base, 'POST', '/window', { body: { handle: tab } });
      this.#shown = tab;
      return command(this.#base, method, path, { body });
    });
  }
}

/**
 * Hands the value, or the failure, to a callback, the last argument. The expression is a part of the
 * script: a page's policy would refuse `eval`.
 */
function scriptOf(expression: string): string {
  return `var done = arguments[arguments.length - 1];
    Promise.resolve().then(function () { return ${expression} })
      .then(function (value) { done({ value: value }) }, function (error) { done({ error: String(error) }) })`;
}

function resultOf(answer: unknown): unknown {
  const { value, error } = answer as { value?: unknown; error?: string };
  if (error !== undefined) throw new Error(error);
  return value;
}

function keys(values: string[]): object {
  const actions = values.flatMap((value) => [
    { type: 'keyDown', value },
    { type: 'keyUp', value },
  ]);
  return { actions: [{ type: 'key', id: 'keyboard', actions }] };
}

function click(x: number, y: number): object {
  const move = { type: 'pointerMove', x: Math.round(x), y: Math.round(y), duration: 0 };
  const actions = [move, { type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 }];
  return { actions: [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }] };
}

/** A real Chromium, and pages on origins other than the API's. */

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, type BrowserContext, chromium, type LaunchOptions, type Page } from 'playwright-core';
import type { Chat, ChatFailure, JoinOptions } from '../../apps/web/client/api.js';
import type { ChatEvent, SignalEvent } from '../../shared/protocol/events.js';

/** The ways in which events come to a page, as options of `join`: by script tags, by polls, by a stream. */
export const WAYS = ['jsonp', 'poll', 'fetch'] as const;
export type Way = (typeof WAYS)[number];

/** Matches the requests that wait for events. */
export const WAITING: Record<Way, RegExp> = {
  jsonp: /^\/jsonp\/poll\b/,
  poll: /^\/api\/poll\b/,
  fetch: /^\/api\/stream\b/,
};

/** The things that a test's page keeps of the chat it has joined. */
declare global {
  interface Window {
    NobackendChat: { join(options?: JoinOptions): Chat };
    chat: Chat;
    /** Everything heard so far. */
    events: (ChatEvent | SignalEvent)[];
    states: string[];
    /** `missed`, `reset` and `error`, in words. */
    losses: string[];
  }
}

/** Chromium as people have it. */
const WHOLE = '/usr/bin/chromium';
/** The same without windows, tabs and menus, which nobody sees here: a page takes half as long. */
const SHELL = '/usr/lib/chromium/chromium-headless-shell';
/** Playwright's own list, which ours takes the place of. */
const UNSETTLED = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
];
/** Nobody sees these: with the address bar's own pages, and a process in reserve, a page takes far longer. */
const UNSEEN = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'SpareRendererForSitePerProcess'];
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  `--disable-features=${[...UNSETTLED, ...UNSEEN].join()}`,
];

/** One for all test files of this process: to start and end it takes longer than many a test. */
let kept: Promise<Browser> | null = null;

/** Chromium for one test file: `close` closes what this file has opened. */
export async function launchBrowser(): Promise<Browser> {
  const isThere = (await kept?.catch(() => null))?.isConnected() ?? false;
  if (!isThere || !kept) kept = launch([SHELL, WHOLE]);
  const browser = await kept;
  const opened: BrowserContext[] = [];
  const newContext: Browser['newContext'] = async (options) => {
    const context = await browser.newContext(options);
    opened.push(context);
    return context;
  };
  const newPage: Browser['newPage'] = async (options) => (await newContext(options)).newPage();
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((context) => context.close()));
  };
  return Object.assign(Object.create(browser) as Browser, { newContext, newPage, close });
}

/** For what the shell does not have, and to see that people's Chromium does the same. */
export function launchWholeBrowser(options: LaunchOptions = {}): Promise<Browser> {
  return launch([WHOLE], options);
}

function launch(programs: string[], options: LaunchOptions = {}): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? programs.find(existsSync);
  return chromium.launch({ executablePath, args: QUIET, ...options });
}

/** A text to serve, with headers of its own. */
export interface Served {
  html: string;
  headers?: Record<string, string>;
}

/** A web server for a test's own pages, by path. `localhost` is another origin than the API's 127.0.0.1. */
export class Site {
  readonly pages = new Map<string, Served>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Site> {
    const server = createServer().listen(0);
    await once(server, 'listening');
    const site = new Site(server);
    server.on('request', ({ url = '/' }, response) => {
      const served = site.pages.get(url.replace(/\?.*/, ''));
      response.writeHead(served ? 200 : 404, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        ...served?.headers,
      });
      response.end(served?.html ?? 'not here');
    });
    return site;
  }

  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Serves a page that loads the library from `api`; gives its address. */
  library(
    api: string,
    { path = '/', head = '', headers }: { path?: string; head?: string; headers?: Record<string, string> } = {},
  ): string {
    this.pages.set(path, {
      html: `<!doctype html><html lang="en"><head><title>page</title>${head}<script src="${api}/chat.js"></script></head><body></body></html>`,
      headers,
    });
    return this.origin + path;
  }

  serve(path: string, html: string, headers?: Record<string, string>): string {
    this.pages.set(path, { html, headers });
    return this.origin + path;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Lets the clock and the timers of a page run so many times as fast, from its next address on. */
export async function hurry(page: Page, times: number): Promise<void> {
  await page.addInitScript((factor) => {
    const { setTimeout, setInterval } = window;
    const now = Date.now.bind(Date);
    const began = now();
    Date.now = () => began + (now() - began) * factor;
    Object.assign(window, {
      setTimeout: (act: () => void, ms = 0, ...values: []) => setTimeout(act, ms / factor, ...values),
      setInterval: (act: () => void, ms = 0, ...values: []) => setInterval(act, ms / factor, ...values),
    });
  }, times);
}

/** Opens a page with the library on another origin, as a person of its own. Its server is behind the link. */
export async function libraryPage(stage: { browser: Browser; site: Site; link: { url: string } }): Promise<Page> {
  const page = await (await stage.browser.newContext()).newPage();
  await page.goto(stage.site.library(stage.link.url));
  return page;
}

/** Joins in a page that has the library, and keeps what comes; resolves when the room is open. */
export function joinIn(page: Page, options: JoinOptions = {}): Promise<{ id: number; name: string }> {
  return page.evaluate(async (given) => {
    const chat = window.NobackendChat.join(given);
    Object.assign(window, { chat, events: [], states: [], losses: [] });
    chat.on('event', (event) => {
      window.events.push(event);
    });
    chat.on('state', ({ state }) => {
      window.states.push(state);
    });
    chat.on('missed', ({ count }) => {
      window.losses.push(`missed ${count}`);
    });
    chat.on('reset', ({ rooms }) => {
      window.losses.push(`reset ${rooms.join()}`);
    });
    chat.on('error', ({ code }: ChatFailure) => {
      window.losses.push(`error ${code}`);
    });
    return (await chat.ready).user;
  }, options);
}

/** The texts of the messages heard so far, in their order. */
export function textsIn(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    window.events.flatMap((event) => (event.type === 'message' && event.text !== undefined ? [event.text] : [])),
  );
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../child.js';
import { freePort } from '../ports.js';
import { until } from '../until.js';
import { type Browser, type Driver, type Engine, findProgram, type Session } from './engine.js';
import { command, WebDriverSession } from './webdriver.js';

/** WebKit by plain WebDriver calls: WebKitGTK's driver with its MiniBrowser, on a display that nobody sees. */
export const webkit: Engine = {
  name: 'WebKit',
  packages: 'webkit2gtk-driver xvfb',
  isInstalled: findProgram('WebKitWebDriver') !== null && findProgram('Xvfb') !== null,
  start: () => Promise.resolve(new WebKit()),
};

/** It takes a free number, and writes it to its output. */
const DISPLAY = ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'];
/** Neither a desktop's services, which it would start, nor anybody's profile. */
const ALONE = { NO_AT_BRIDGE: '1', GIO_USE_VFS: 'local', DBUS_SESSION_BUS_ADDRESS: 'disabled:' };

/** A driver has one session at a time, so each session is a driver of its own. */
class WebKit implements Browser {
  /** Also those that are still starting, when a test has ended meanwhile. */
  readonly #sessions: Promise<WebKitSession>[] = [];

  /** It has hung in its start: then it is started once more. */
  session(): Promise<Session> {
    const session = WebKitSession.start().catch(() => WebKitSession.start());
    this.#sessions.push(session);
    return session;
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#sessions.map((starting) =>
        starting.then(
          (session) => session.close(),
          () => undefined,
        ),
      ),
    );
  }
}

/** A display, a driver on it and the driver's browser; all three end with the display. */
class WebKitSession implements Session {
  readonly #home: string;
  readonly #children: Child[] = [];
  #remote: WebDriverSession | null = null;
  #first: Driver | null = null;

  private constructor(home: string) {
    this.#home = home;
  }

  static async start(): Promise<WebKitSession> {
    const session = new WebKitSession(await mkdtemp(join(tmpdir(), 'nobackend-webkit-')));
    try {
      await session.#start();
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async tab(): Promise<Driver> {
    const tab = this.#first ?? (await this.#remote?.newTab());
    this.#first = null;
    if (!tab) throw new Error('this session has ended');
    return tab;
  }

  async close(): Promise<void> {
    await this.#remote?.end().catch(() => undefined); // it may hang, or have crashed: what follows ends it in any case
    this.#remote = null;
    await Promise.all(this.#children.splice(0).map((child) => child.kill()));
    await rm(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }

  async #start(): Promise<void> {
    const [display, [number]] = await Child.start('Xvfb', DISPLAY, process.env, /^\d+$/m);
    this.#children.push(display);
    const port = await freePort();
    const env = { PATH: process.env.PATH, HOME: this.#home, DISPLAY: `:${number}`, ...ALONE };
    const [driver] = await Child.start('WebKitWebDriver', [`--port=${port}`], env, /^/);
    this.#children.push(driver);
    const url = `http://127.0.0.1:${port}`;
    await until(() => command(url, 'GET', '/status').catch(() => null), 'the driver of WebKit');
    this.#remote = await WebDriverSession.start(url);
    this.#first = await this.#remote.firstTab();
  }
}

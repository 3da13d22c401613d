/** News about the page's life, as far as a chat cares. */
export interface PageLife {
  /** The page may have slept, or is looked at again. */
  awake: () => void;
  /** The network has come or gone: what is held on it tells nothing any more. */
  networkChanged: () => void;
  /** The page goes: for good, or into the back/forward cache (`kept`). */
  hidden(kept: boolean): void;
  /** Back from the back/forward cache. */
  shown(): void;
}

/** ms between two looks at the clock, and the jump in it that means the machine has slept. */
const TICK = 15_000;
const JUMP = 90_000;

type Stop = () => void;

function listen(target: EventTarget, name: string, listener: (event: Event) => void): Stop {
  target.addEventListener(name, listener);
  return () => target.removeEventListener(name, listener);
}

function watchClock(life: PageLife): Stop {
  let last = Date.now();
  const timer = setInterval(() => {
    const slept = Date.now() - last > JUMP;
    last = Date.now();
    if (slept) life.networkChanged();
  }, TICK);
  return () => clearInterval(timer);
}

/** Tells `life` what the browser says, until the function it gives is called. */
export function watchPage(life: PageLife): Stop {
  const stops = [
    listen(window, 'online', life.networkChanged),
    listen(window, 'offline', life.networkChanged),
    listen(window, 'pagehide', (event) => life.hidden((event as PageTransitionEvent).persisted)),
    listen(window, 'pageshow', (event) => {
      if ((event as PageTransitionEvent).persisted) life.shown();
    }),
    listen(document, 'visibilitychange', () => {
      if (!document.hidden) life.awake();
    }),
    listen(document, 'resume', life.awake),
    watchClock(life),
  ];
  return () => stops.forEach((stop) => stop());
}

/** So long (ms) a page may load before polls begin all the same: a user who has not polled 30 s after it joined is ended. */
const LOADING = 20_000;

/** When the page has loaded, or is long about it: a script tag added earlier would keep its loading indicator turning. */
export function afterLoad(): Promise<void> {
  return new Promise((resolve) => {
    const later = (): void => {
      setTimeout(resolve);
    };
    if (document.readyState === 'complete') later();
    else {
      window.addEventListener('load', later);
      setTimeout(resolve, LOADING);
    }
  });
}

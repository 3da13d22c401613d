/** The events in the life of a page that a chat needs to hear about. */
export interface PageLifeDelegate {
  /** The page may have slept, or is visible again. */
  awake: () => void;
  /** The network has come or gone. A held poll says nothing any more. */
  networkChanged: () => void;
  /** The page goes away: for good, or into the back/forward cache (`kept`). */
  hidden(kept: boolean): void;
  /** The page is back from the back/forward cache. */
  shown(): void;
}

/** The time between two looks at the clock. */
const TICK_MS = 15_000;
/** A clock that has moved on by more than this since the last look means that the machine has slept. */
const JUMP_MIN_MS = 90_000;

type Unwatch = () => void;

function listen(target: EventTarget, eventName: string, listener: (event: Event) => void): Unwatch {
  target.addEventListener(eventName, listener);
  return () => target.removeEventListener(eventName, listener);
}

function watchClock(delegate: PageLifeDelegate): Unwatch {
  let last = Date.now();
  const timer = setInterval(() => {
    const slept = Date.now() - last > JUMP_MIN_MS;
    last = Date.now();
    if (slept) delegate.networkChanged();
  }, TICK_MS);
  return () => clearInterval(timer);
}

/** Tells `delegate` what the browser reports. Returns a function that ends this. */
export function watchPage(delegate: PageLifeDelegate): Unwatch {
  const watches = [
    listen(window, 'online', delegate.networkChanged),
    listen(window, 'offline', delegate.networkChanged),
    listen(window, 'pagehide', (hiding) => delegate.hidden((hiding as PageTransitionEvent).persisted)),
    listen(window, 'pageshow', (showing) => {
      if ((showing as PageTransitionEvent).persisted) delegate.shown();
    }),
    listen(document, 'visibilitychange', () => {
      if (!document.hidden) delegate.awake();
    }),
    listen(document, 'resume', delegate.awake),
    watchClock(delegate),
  ];
  return () => {
    for (const unwatch of watches) unwatch();
  };
}

/**
 * Polls begin after this time even if the page is still loading: the server ends a user that does not poll within 30 s.
 */
const LOADING_MAX_MS = 20_000;

/**
 * Resolves when the page has loaded, or takes too long to. A script tag before that would keep its loading indicator
 * on.
 */
export function afterLoad(): Promise<void> {
  return new Promise((resolve) => {
    const later = (): void => {
      setTimeout(resolve);
    };
    if (document.readyState === 'complete') later();
    else {
      window.addEventListener('load', later);
      setTimeout(resolve, LOADING_MAX_MS);
    }
  });
}

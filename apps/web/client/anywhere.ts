/**
 * Stand-ins for the page, so that the module also runs without one: in Node, and in workers. The build puts these
 * exports in the place of the globals of the same name, in the module only. In a page they are the page's own.
 */
import { REGISTRY, type Registry } from './registry.js';

type Realm = typeof globalThis;
const realm = globalThis;

export const inPage = typeof realm.document === 'object';

const silent = { addEventListener: () => undefined, removeEventListener: () => undefined };

/** No chat without a page counts as open: they share no storage, and no browser's six connections to a host. */
const chats: Registry = {
  calls: {},
  get open() {
    return {};
  },
};

const noPage = {
  window: { ...silent, fetch: realm.fetch, [REGISTRY]: chats },
  document: {
    ...silent,
    readyState: 'complete',
    querySelector: () => null,
    createElement: () => {
      throw new Error('This needs a document.');
    },
  },
  location: { href: 'about:blank', hash: '' },
  /** Node's own has locks, but no tabs. */
  navigator: {},
};

const { window, document, location, navigator } = (inPage ? realm : noPage) as unknown as Realm;

export { document, location, navigator, window };

/**
 * Returns a storage that is read at each call, as that throws where storage is forbidden, and where there is no page.
 */
function storage(where: () => Storage): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  return {
    getItem: (key) => where().getItem(key),
    setItem: (key, value) => where().setItem(key, value),
    removeItem: (key) => where().removeItem(key),
  };
}
/** Node's own storage warns when it is read. */
const storages = (inPage ? realm : {}) as Realm;
export const localStorage = storage(() => storages.localStorage);
export const sessionStorage = storage(() => storages.sessionStorage);

/** Such a wait keeps no process alive. Only that for a former server of a list goes on when the chat has ended. */
const LONG_MS = 15_000;

function waitWithoutPage(act: () => void, ms = 0): unknown {
  const timer = realm.setTimeout(act, ms) as unknown as { unref?(): void };
  if (ms >= LONG_MS) timer.unref?.();
  return timer;
}
export const setTimeout = (inPage ? realm.setTimeout : waitWithoutPage) as typeof realm.setTimeout;

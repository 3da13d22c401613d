/**
 * What our scripts use of the browser, as it is when they are loaded. The build puts these in the place of the globals
 * of the same name, so that our code never meets a `class Map`, a `const history` or a `var URL` of the page.
 * `localStorage` and `sessionStorage` are not among them: where storage is forbidden, reading them throws.
 */

/** On a server that renders pages there is no window; the module can be loaded there. */
const inPage = typeof window === 'object';
const realm = inPage ? window : globalThis;

export const {
  AbortController,
  Array,
  BroadcastChannel,
  Date,
  Error,
  Math,
  Number,
  Object,
  Promise,
  String,
  TextDecoder,
  Uint32Array,
  clearInterval,
  clearTimeout,
  crypto,
  fetch,
  isFinite,
  navigator,
  setInterval,
  setTimeout,
} = realm;

/** The names that pages use for something of their own. */
type Common = Pick<typeof realm, 'Map' | 'Set' | 'URL' | 'URLSearchParams'>;

const common = ({ Map, Set, URL, URLSearchParams }: Common): Common => ({ Map, Set, URL, URLSearchParams });

/** Those of an empty frame, when the page has replaced one before. A sandboxed page may not look into a frame. */
function unspoilt(): Common {
  const own = common(realm);
  if (!inPage || Object.values(own).every((one) => /\[native code]/.test(`${one}`))) return own;
  const frame = document.documentElement.appendChild(document.createElement('iframe'));
  try {
    return common(frame.contentWindow as Window & typeof globalThis);
  } catch (_) {
    return own;
  } finally {
    document.documentElement.removeChild(frame);
  }
}

export const { Map, Set, URL, URLSearchParams } = unspoilt();

const native = realm.JSON;

/** JSON as the language defines it, whatever the page has given to all arrays and dates, as Prototype 1.6 does. */
export const JSON = {
  parse: native.parse,
  stringify: (value: unknown): string => native.stringify(value, asGiven),
};

interface Jsonable {
  toJSON?: unknown;
}

/** Undoes a `toJSON` that is neither an object's own nor its class's. */
function asGiven(this: Record<string, unknown>, key: string, made: unknown): unknown {
  const given = this[key];
  if (given instanceof Date) return isFinite(+given) ? given.toISOString() : null;
  if (!given || typeof given !== 'object') return made;
  const { toJSON } = given as Jsonable;
  const isOfAll = [Object.prototype, Array.prototype].some((all: Jsonable) => toJSON === all.toJSON);
  return isOfAll ? given : made;
}

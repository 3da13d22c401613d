// biome-ignore-all lint/suspicious/noShadowRestrictedNames: this file is there to take the place of globals
/**
 * The browser's own objects that our scripts use, as they are when the script loads. The build puts these exports in
 * the place of the globals of the same name. So our code never meets a `class Map`, a `const history` or a `var URL` of
 * the page. `localStorage` and `sessionStorage` are not here: where storage is forbidden, reading them throws.
 */

/** The module can be loaded on a server that renders pages. There is no window there. */
const inPage = typeof window === 'object';
const realm = inPage ? window : globalThis;

export const {
  AbortController,
  Array,
  Boolean,
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

/** The names that pages often use for something of their own. */
type Common = Pick<typeof realm, 'Map' | 'Set' | 'URL' | 'URLSearchParams'>;

const common = (from: Common): Common => ({
  Map: from.Map,
  Set: from.Set,
  URL: from.URL,
  URLSearchParams: from.URLSearchParams,
});

/** Takes them from an empty frame if the page has replaced one of them. A sandboxed page may not look into a frame. */
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

/**
 * JSON as the language defines it, even if the page has given all arrays or dates a `toJSON`, as Prototype 1.6 does.
 */
export const JSON = {
  parse: native.parse,
  stringify: (value: unknown): string => native.stringify(value, asGiven),
};

interface Jsonable {
  toJSON?: unknown;
}

/** Ignores a `toJSON` that belongs to all objects or all arrays. One of the value itself, or of its class, counts. */
function asGiven(this: Record<string, unknown>, key: string, made: unknown): unknown {
  const given = this[key];
  if (given instanceof Date) return isFinite(+given) ? given.toISOString() : null;
  if (!given || typeof given !== 'object') return made;
  const { toJSON } = given as Jsonable;
  const isOfAll = [Object.prototype, Array.prototype].some((all: Jsonable) => toJSON === all.toJSON);
  return isOfAll ? given : made;
}

// biome-ignore-all lint/suspicious/noShadowRestrictedNames: the build puts these in the place of the globals on purpose
/** The browser's functions that the element, the moderation tools and the doctor use, beside those of the library. */
export const {
  AudioContext,
  Boolean,
  CSS,
  CustomEvent,
  Event,
  HTMLElement,
  IntersectionObserver,
  Intl,
  MutationObserver,
  Notification,
  RegExp,
  ResizeObserver,
  WeakMap,
  WeakSet,
  customElements,
  getComputedStyle,
  history,
  matchMedia,
  queueMicrotask,
  visualViewport,
} = window;

/** What the element, the owner's tools and the doctor use of the browser beside what the library does. */
export const {
  Boolean,
  CSS,
  CustomEvent,
  Event,
  HTMLElement,
  IntersectionObserver,
  Intl,
  MutationObserver,
  RegExp,
  ResizeObserver,
  WeakSet,
  customElements,
  getComputedStyle,
  history,
  matchMedia,
  queueMicrotask,
} = window;

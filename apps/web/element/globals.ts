/** What the element, the owner's tools and the doctor use of the browser beside what the library does. */
export const {
  Boolean, CSS, CSSStyleSheet, CustomEvent, Event, HTMLElement, Intl, MutationObserver, ResizeObserver, ShadowRoot,
  customElements, getComputedStyle, history, matchMedia, queueMicrotask,
} = window;

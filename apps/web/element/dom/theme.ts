const DARK = '(prefers-color-scheme: dark)';
/** From 0, which is black, to 1; and from clear to opaque. Above the middle it counts as light, and as a ground. */
const MIDDLE = 0.5;

/**
 * As its `theme` says; else as the page's `color-scheme` says. A page for both goes by the device; one without is as
 * dark as what is behind the element.
 */
function isDark(host: Element): boolean {
  const theme = host.getAttribute('theme');
  if (theme === 'light' || theme === 'dark') return theme === 'dark';
  const schemes = schemesOf(host);
  const dark = schemes.includes('dark');
  if (dark !== schemes.includes('light')) return dark;
  return dark ? matchMedia(DARK).matches : isOnDark(host);
}

/** Those of the style, or else of the page's head, which no style tells. */
function schemesOf(host: Element): string[] {
  const { colorScheme } = getComputedStyle(host);
  const meta = colorScheme === 'normal' && host.ownerDocument.querySelector('meta[name="color-scheme"]');
  return ((meta && meta.getAttribute('content')) || colorScheme).split(' ');
}

/** The first ancestor with a background decides; a page without any is white. On a picture, text is its opposite. */
function isOnDark(host: Element): boolean {
  for (const element of ancestors(host)) {
    const { backgroundColor, backgroundImage, color } = getComputedStyle(element);
    if (backgroundImage !== 'none') return shade(color).light > MIDDLE;
    const { light, opaque } = shade(backgroundColor);
    if (opaque > MIDDLE) return light < MIDDLE;
  }
  return false;
}

/** All elements around this one, also those that hold the shadow trees it is in. */
function ancestors(element: Element): Element[] {
  const { host } = element.getRootNode() as Partial<ShadowRoot>;
  const next = element.assignedSlot || element.parentElement || host;
  return next ? [next, ...ancestors(next)] : [];
}

/** How light and how opaque a computed colour is. */
function shade(color: string): { light: number; opaque: number } {
  const [, kind = '', values = ''] = /^([\w-]+)\((?:[a-z][\w-]* )?(.*)\)/.exec(color) || [];
  const [a = 0, b = 0, c = 0, opaque = 1] = (values.match(/-?[\d.]+(e-?\d+)?/g) || []).map(Number);
  const whole = kind.startsWith('rgb') ? 255 : /^(lab|lch)/.test(kind) ? 100 : 1;
  const light = /l(ab|ch)$/.test(kind) ? a : 0.299 * a + 0.587 * b + 0.114 * c; // the eye's weights of red, green, blue
  return { light: light / whole, opaque };
}

/** Keeps `root` in the colours that `host` is to have, until the function it gives is called. */
export function followTheme(host: Element, root: Element): () => void {
  const page = host.ownerDocument;
  const update = (): void => {
    root.classList.toggle('dark', isDark(host));
  };
  const faded = ({ propertyName }: TransitionEvent): void => {
    if (/color|background/.test(propertyName)) update();
  };
  const media = matchMedia(DARK);
  const observer = new MutationObserver(update);
  // pages turn dark by an attribute of one of these, at once or slowly, or by a style sheet that is loaded later
  for (const element of [host, ...ancestors(host)]) observer.observe(element, { attributes: true });
  page.addEventListener('transitionend', faded);
  page.addEventListener('load', update, true);
  media.addEventListener('change', update);
  update();
  return () => {
    observer.disconnect();
    page.removeEventListener('transitionend', faded);
    page.removeEventListener('load', update, true);
    media.removeEventListener('change', update);
  };
}

const DARK = '(prefers-color-scheme: dark)';
/**
 * Brightness and opacity go from 0 to 1. A colour above this is light, and a background above this covers what is
 * behind it.
 */
const HALF_RATIO = 0.5;

/**
 * Returns whether the element is dark. Its `theme` decides, then the page's `color-scheme`. If the page allows both,
 * the device decides. If the page says nothing, the background behind the element does.
 */
function isDark(host: Element): boolean {
  const theme = host.getAttribute('theme');
  if (theme === 'light' || theme === 'dark') return theme === 'dark';
  const schemes = schemesOf(host);
  const dark = schemes.includes('dark');
  if (dark !== schemes.includes('light')) return dark;
  return dark ? matchMedia(DARK).matches : isOnDark(host);
}

/** Returns the colour schemes of the style, or those of the page's head, which the style does not show. */
function schemesOf(host: Element): string[] {
  const { colorScheme } = getComputedStyle(host);
  const meta = colorScheme === 'normal' && host.ownerDocument.querySelector('meta[name="color-scheme"]');
  return ((meta ? meta.getAttribute('content') : '') || colorScheme).split(' ');
}

/**
 * The nearest ancestor with a background decides. A page without one is white. On a picture the text decides: it is the
 * opposite.
 */
function isOnDark(host: Element): boolean {
  for (const element of ancestors(host)) {
    const { backgroundColor, backgroundImage, color } = getComputedStyle(element);
    if (backgroundImage !== 'none') return shadeOf(color).brightness > HALF_RATIO;
    const { brightness, opacity } = shadeOf(backgroundColor);
    if (opacity > HALF_RATIO) return brightness < HALF_RATIO;
  }
  return false;
}

/** Returns all elements around this one, also the hosts of the shadow trees that it is in. */
export function ancestors(element: Element): Element[] {
  const { host } = element.getRootNode() as Partial<ShadowRoot>;
  const next = element.assignedSlot || element.parentElement || host;
  return next ? [next, ...ancestors(next)] : [];
}

/** Returns the brightness and the opacity of a computed colour, each from 0 to 1. */
function shadeOf(color: string): { brightness: number; opacity: number } {
  const [, kind = '', values = ''] = /^([\w-]+)\((?:[a-z][\w-]* )?(.*)\)/.exec(color) || [];
  const [a = 0, b = 0, c = 0, opacity = 1] = (values.match(/-?[\d.]+(e-?\d+)?/g) || []).map(Number);
  const scale = kind.startsWith('rgb') ? 255 : /^(lab|lch)/.test(kind) ? 100 : 1;
  const brightness = /l(ab|ch)$/.test(kind) ? a : 0.299 * a + 0.587 * b + 0.114 * c; // the eye's weights of red, green, blue
  return { brightness: brightness / scale, opacity };
}

/** Keeps `roots` in the right colours for `host`. Returns a function that stops this. */
export function followTheme(host: Element, roots: Element[]): () => void {
  const page = host.ownerDocument;
  const update = (): void => {
    const dark = isDark(host);
    for (const root of roots) root.classList.toggle('dark', dark);
  };
  const onTransitionEnd = ({ propertyName }: TransitionEvent): void => {
    if (/color|background/.test(propertyName)) update();
  };
  const media = matchMedia(DARK);
  const observer = new MutationObserver(update);
  // A page becomes dark by an attribute of one of these, at once or slowly, or by a style sheet that it loads later.
  for (const element of [host, ...ancestors(host)]) observer.observe(element, { attributes: true });
  page.addEventListener('transitionend', onTransitionEnd);
  page.addEventListener('load', update, true);
  media.addEventListener('change', update);
  update();
  return () => {
    observer.disconnect();
    page.removeEventListener('transitionend', onTransitionEnd);
    page.removeEventListener('load', update, true);
    media.removeEventListener('change', update);
  };
}

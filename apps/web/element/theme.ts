const DARK = '(prefers-color-scheme: dark)';

/** As its `theme` says; else as the page is, where its `color-scheme` says one; else as the device is. */
function isDark(host: Element): boolean {
  const theme = host.getAttribute('theme');
  if (theme === 'light' || theme === 'dark') return theme === 'dark';
  const page = getComputedStyle(host).colorScheme.split(' ');
  const dark = page.includes('dark');
  return dark !== page.includes('light') ? dark : matchMedia(DARK).matches;
}

/** Keeps `root` in the colours that `host` is to have, until the function it gives is called. */
export function followTheme(host: Element, root: Element): () => void {
  const update = (): void => { root.classList.toggle('dark', isDark(host)); };
  const media = matchMedia(DARK);
  const observer = new MutationObserver(update);
  // pages turn dark by an attribute of one of these
  for (const element of [document.documentElement, document.body, host]) observer.observe(element, { attributes: true });
  media.addEventListener('change', update);
  update();
  return () => {
    observer.disconnect();
    media.removeEventListener('change', update);
  };
}

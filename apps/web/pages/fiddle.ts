import { server } from './page.js';

/** The three panes that every editor of fiddles has. */
export interface Fiddle {
  title: string;
  html: string;
  css: string;
  js: string;
}

/** The fiddles that have only an HTML pane. */
const HTML_ONLY = ['element', 'plain', 'frame', 'poll'];

async function pane(folder: string, kind: string): Promise<string> {
  if (kind !== 'html' && HTML_ONLY.includes(folder)) return '';
  const response = await fetch(`${server}/fiddle/${folder}/fiddle.${kind}`);
  return response.ok ? response.text() : '';
}

/** Resolves with a fiddle, filled in with this server's address and a room. */
export async function readFiddle(folder: string, title: string, room: string): Promise<Fiddle> {
  const texts = await Promise.all(['html', 'css', 'js'].map((kind) => pane(folder, kind)));
  const [html = '', css = '', js = ''] = texts.map((text) =>
    text.split('{{server}}').join(server).split('{{room}}').join(room),
  );
  return { title, html, css, js };
}

/** Returns the fiddle as one text, to read here and to paste into any page. The styles come last. */
export function wholeText({ html, css, js }: Fiddle): string {
  const parts = [html.trim()];
  if (js) parts.push(`<script>\n${js.trim()}\n</script>`);
  if (css) parts.push(`<style>\n${css.trim()}\n</style>`);
  return `${parts.join('\n')}\n`;
}

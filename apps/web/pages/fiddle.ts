import { server } from './page.js';

/** A fiddle: the three panes that every editor has. */
export interface Fiddle {
  title: string;
  html: string;
  css: string;
  js: string;
}

/** Those of which the HTML pane is all. */
const HTML_ONLY = ['element', 'plain', 'frame'];

async function pane(name: string, kind: string): Promise<string> {
  if (kind !== 'html' && HTML_ONLY.includes(name)) return '';
  const response = await fetch(`${server}/fiddle/${name}/fiddle.${kind}`);
  return response.ok ? response.text() : '';
}

/** A fiddle as it is served, with this server's address and a room put into it. */
export async function readFiddle(name: string, title: string, room: string): Promise<Fiddle> {
  const texts = await Promise.all(['html', 'css', 'js'].map((kind) => pane(name, kind)));
  const [html = '', css = '', js = ''] = texts.map((text) =>
    text.split('{{server}}').join(server).split('{{room}}').join(room),
  );
  return { title, html, css, js };
}

/** The fiddle as one text, to be read here and pasted into any page: first what there is to understand, last how it looks. */
export function wholeText({ html, css, js }: Fiddle): string {
  const parts = [html.trim()];
  if (js) parts.push(`<script>\n${js.trim()}\n</script>`);
  if (css) parts.push(`<style>\n${css.trim()}\n</style>`);
  return `${parts.join('\n')}\n`;
}

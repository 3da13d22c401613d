/** The fiddles as they are served, and as an editor of another site runs them. */
import { fetchText } from './client.js';
import type { Stage } from './fixtures/browser.js';

export type Pane = 'html' | 'css' | 'js';
export const PANES: readonly Pane[] = ['html', 'css', 'js'];

/** Returns one pane of a fiddle, '' when it has none of the kind. */
export async function paneOf(api: string, name: string, kind: Pane): Promise<string> {
  const { status, text } = await fetchText('GET', `${api}/fiddle/${name}/fiddle.${kind}`);
  return status === 200 ? text : '';
}

/** Serves a fiddle as an editor does: its panes in one document of the editor's origin. Returns its address. */
export async function serveFiddle({ api, site }: Stage, name: string, room = ''): Promise<string> {
  const panes = await Promise.all(PANES.map((kind) => paneOf(api, name, kind)));
  const [html, css, js] = panes.map((text) => text.replaceAll('{{server}}', api).replaceAll('{{room}}', room));
  return site.serve(
    `/${name}`,
    `<!doctype html><html><head><style>${css}</style></head><body>${html}<script>${js}</script></body></html>`,
  );
}

/** The folder of the script at `url`, without the slash at its end: where the server's paths begin. */
export function folderOf(url: string): string {
  return new URL('.', url).href.replace(/\/$/, '');
}

/** The classic script that is running now; asked while it runs for the first time. */
export function currentScript(): HTMLScriptElement | null {
  const script = document.currentScript;
  return script instanceof HTMLScriptElement ? script : null;
}

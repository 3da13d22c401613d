/** A room's messages as a page of its own that can be read and printed. It loads nothing and runs no script. */
import type { ExportedMessage } from '../../../shared/protocol/events.js';
import { fill, type Texts } from '../element/texts.js';
import { dateText, dayOf, numberText, timeText } from '../element/times.js';
import type { ToolsTexts } from './texts.js';

/** After this long without a message, the next one shows its author again. */
const GROUP_GAP_MS = 5 * 60_000;

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE = `
:root { color-scheme: light dark; --quiet: light-dark(#59616b, #a3abb5); --line: light-dark(#d9dde2, #3a4149); }
body { max-width: 44em; margin: 2em auto; padding: 0 1.2em; font: 1em/1.5 system-ui, sans-serif;
  background: light-dark(#fff, #15181c); color: light-dark(#1b1f24, #e8eaed); }
h1 { margin: 0; font-size: 1.5em; overflow-wrap: anywhere; }
h2 { margin: 2em 0 0.6em; padding-bottom: 0.3em; border-bottom: 1px solid var(--line); font-size: 1em; }
h3 { margin: 0.9em 0 0; font-size: 1em; overflow-wrap: anywhere; }
header p, time { color: var(--quiet); font-size: 0.85em; font-weight: normal; }
header p { margin: 0.2em 0 0; }
.said { display: flex; gap: 1em; justify-content: space-between; align-items: baseline; margin: 0; }
.said time { flex: none; }
.said > span { min-width: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
code { font-size: 0.85em; }
@media print {
  :root { color-scheme: light; }
  body { max-width: none; margin: 0; padding: 0; font-size: 10.5pt; }
  h2, h3 { break-after: avoid; }
  .said { break-inside: avoid; }
}`;

/** The head of the transcript. */
export interface TranscriptHead {
  room: string;
  host: string;
  /** When it was saved, in ms since 1970. */
  at: number;
  /** The direction to write in: `ltr` or `rtl`. */
  direction: string;
}

/** Returns the HTML of the page. */
export function transcriptOf(
  messages: readonly ExportedMessage[],
  { room, host, at, direction }: TranscriptHead,
  texts: Texts,
  toolsTexts: ToolsTexts,
): string {
  const language = texts.locale || document.documentElement.lang;
  const count = fill(toolsTexts.transcriptCount, { n: numberText(messages.length, texts) });
  const saved = fill(toolsTexts.transcriptSaved, { day: dateText(at, texts), host });
  const rows = messages.map((message, i) => row(message, messages[i - 1], texts));
  return `<!doctype html>
<html${language ? ` lang="${escaped(language)}"` : ''} dir="${escaped(direction)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(room)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(room)}</h1>
<p>${escaped(count)}</p>
<p>${escaped(saved)}</p>
</header>
<main>
${rows.join('\n')}
</main>
</body>
</html>
`;
}

function row(message: ExportedMessage, before: ExportedMessage | undefined, texts: Texts): string {
  const { at, from, text, data } = message;
  const isNewDay = !before || dayOf(before.at) !== dayOf(at);
  const isNewGroup = isNewDay || before.from !== from || at - before.at > GROUP_GAP_MS;
  const content = text === undefined ? `<code>${escaped(JSON.stringify(data))}</code>` : escaped(text);
  const stamp = `<time datetime="${new Date(at).toISOString()}">${escaped(timeText(at, texts))}</time>`;
  return [
    isNewDay ? `<h2>${escaped(dateText(at, texts))}</h2>` : '',
    isNewGroup ? `<h3><bdi>${escaped(from)}</bdi></h3>` : '',
    `<p class="said"><span dir="auto">${content}</span> ${stamp}</p>`,
  ].join('');
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] || character);
}

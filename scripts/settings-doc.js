/** `node scripts/settings-doc.js` writes docs/settings.md from the table in shared/config/settings.ts. */
import { writeFile } from 'node:fs/promises';
import { inProject, isMain } from './project.js';

const WIDTH_MAX = 120;
/** @type {Record<string, string>} */
const TITLES = {
  server: 'Server',
  redis: 'Redis and workers',
  rooms: 'Rooms and inboxes',
  hooks: 'Outgoing hooks',
  polls: 'Polls',
  pages: 'Pages of your own',
  admin: 'Administration and logs',
  alerts: 'Alerts',
  limits: 'Limits',
  start: 'Start',
};
const INTRODUCTION = `# Settings

Settings are environment variables. All of them have safe defaults: you need to set none. A value that is not allowed
stops the start with one line that says what is allowed. An empty value is the default.

\`DATA_DIR\` is the folder of everything that is kept (default \`.data\`).

Limits count per user, per address or per room. Their defaults fit a lecture hall: some 300 people behind one address,
who open a page together.
`;

/**
 * Returns the text of docs/settings.md. `groups` are the groups of the table, by their names.
 *
 * @param {Record<string, Record<string, { name: string, usual: string, allowed: string, about: string }>>} groups
 */
export function settingsDoc(groups) {
  const sections = Object.entries(groups).map(([group, settings]) => {
    const items = Object.values(settings).map(({ name, usual, allowed, about }) =>
      wrapped(`- **\`${name}\`** (default ${usual}; allowed: ${allowed}). ${about}`),
    );
    return `## ${TITLES[group]}\n\n${items.join('\n')}\n`;
  });
  return [INTRODUCTION, ...sections].join('\n');
}

/** Returns one item of a list, wrapped between words. */
function wrapped(/** @type {string} */ text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line && line.length + 1 + word.length > WIDTH_MAX) lines.push(`  ${word}`);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.join('\n');
}

if (isMain(import.meta.url)) {
  const { SETTINGS, START_SETTINGS } = await import('#dist/shared/config/settings.js');
  await writeFile(inProject('docs/settings.md'), settingsDoc({ ...SETTINGS, start: START_SETTINGS }));
}

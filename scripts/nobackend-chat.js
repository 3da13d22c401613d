#!/usr/bin/env node
/** `npx nobackend-chat`: the commands of the npm package. Each is a script of its own, loaded when it is called. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { inProject } from './project.js';

/** The exit code when a command was not called as it must be. */
const USAGE_EXIT_CODE = 2;
const text = /** @type {const} */ ({ type: 'string' });
const flag = /** @type {const} */ ({ type: 'boolean' });
const visit = { url: text, key: text, owner: text };
const VISIT = '[--url http://localhost:8080] [--key KEY] [--owner TOKEN]';

/**
 * @typedef {{ does: string, takes: string, operands?: [least: number, most: number],
 *   options: Record<string, { type: 'string' | 'boolean' }>, load: () => Promise<object> }} Command `takes`: its operands
 *   and options, for people. `load` imports its script, which reads its own options, or exports a function of them.
 */

/** @type {Record<string, Command>} */
const COMMANDS = {
  start: {
    does: 'runs the chat until Ctrl-C; with --background for good, under pm2',
    takes: '[--background]',
    options: { background: flag },
    load: () => import('./start/start.js'),
  },
  deploy: {
    does: 'brings a new version, or other settings, into the running chat',
    takes: '[--wait 30]',
    options: { wait: text },
    load: () => import('./deploy/deploy.js'),
  },
  doctor: {
    does: 'finds mistakes in the set-up; with --url also in the proxy in front; --alert sends a test of the alerts',
    takes: '[--url https://chat.example.org] [--hold 25] [--alert]',
    options: { url: text, hold: text, alert: flag },
    load: () => import('./doctor/doctor.js'),
  },
  backup: {
    does: 'writes all data into a file, by default in .data/backups; --keep removes all but the newest files there',
    takes: '[FILE or FOLDER] [--keep 14]',
    operands: [0, 1],
    options: { keep: text },
    load: () => import('./backup/backup.js'),
  },
  restore: {
    does: 'writes a backup into an empty Redis; with --replace over other data, which are kept in a file',
    takes: 'FILE [--replace]',
    operands: [1, 1],
    options: { replace: flag },
    load: () => import('./backup/restore.js'),
  },
  say: {
    does: 'sends a message; with - as TEXT, what comes by the standard input',
    takes: `ROOM TEXT [--name NAME] ${VISIT}`,
    operands: [2, Infinity],
    options: { name: text, ...visit },
    load: () => import('./talk/say.js'),
  },
  tail: {
    does: 'prints what is said in a room until Ctrl-C; with --json a line of JSON for each event',
    takes: `ROOM [--json] [--history 10] [--name NAME] ${VISIT}`,
    operands: [1, 1],
    options: { json: flag, history: text, name: text, ...visit },
    load: () => import('./talk/tail.js'),
  },
  export: {
    does: "prints a room's contents as JSON, for its owner (--owner) or the host (ADMIN_PASSWORD)",
    takes: `ROOM ${VISIT}`,
    operands: [1, 1],
    options: visit,
    load: () => import('./talk/export.js'),
  },
  announce: {
    does: 'says something in all rooms, or a maintenance, for the host (ADMIN_PASSWORD); with --end takes it back',
    takes: '[TEXT] [--for SECONDS] [--begins 22:00 --minutes 10] [--end] [--url http://localhost:8080]',
    operands: [0, Infinity],
    options: { for: text, begins: text, minutes: text, end: flag, url: text },
    load: () => import('./talk/announce.js'),
  },
};

const HELP = `Usage: npx nobackend-chat [command]

${Object.entries(COMMANDS)
  .map(([name, { takes, does }]) => `  ${name} ${takes}\n      ${does}`)
  .join('\n')}

Without a command, it is "start". Settings are environment variables. Data are in .data in the current folder.

Examples:
  npx nobackend-chat
  PORT=8133 ADMIN_PASSWORD=... npx nobackend-chat
  npm install ./nobackend-chat-0.3.0.tgz && npx nobackend-chat deploy
  npx nobackend-chat say lobby 'Hello, everybody'
  npx nobackend-chat tail lobby --url https://chat.example.org`;

const { version } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));

/**
 * Says in one line what is wrong with the call, and ends.
 *
 * @returns {never}
 */
function refuse(/** @type {string} */ reason) {
  console.error(reason);
  process.exit(USAGE_EXIT_CODE);
}

/**
 * Returns the options and operands of a command. Ends when they are wrong.
 *
 * @param {string} name
 * @param {Command} command
 * @param {string[]} args
 */
function parse(name, { options, operands: [least, most] = [0, 0], takes }, args) {
  const usage = `Usage: npx nobackend-chat ${name} ${takes}`;
  try {
    const parsed = parseArgs({ args, allowPositionals: true, options: { ...options, help: flag } });
    const { length } = parsed.positionals;
    return parsed.values.help || (length >= least && length <= most) ? parsed : refuse(usage);
  } catch (error) {
    return refuse(`${reasonIn(error)} ${usage}`);
  }
}

/** Returns the first sentence of an error of `parseArgs`. */
function reasonIn(/** @type {unknown} */ error) {
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
  return `${first.replace(/\.$/, '')}.`;
}

async function main() {
  const [first = 'start', ...others] = process.argv.slice(2);
  if (/^(--help|-h|help)$/.test(first)) return console.log(HELP);
  if (/^(--version|-v)$/.test(first)) return console.log(version);
  const [name, args] = first.startsWith('-') ? ['start', [first, ...others]] : [first, others];
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) return refuse(`There is no command "${name}". Commands: ${Object.keys(COMMANDS).join(', ')}.`);
  const { values, positionals } = parse(name, command, args);
  if (values.help) return console.log(`${name} ${command.takes}\n    ${command.does}`);
  process.argv = [...process.argv.slice(0, 2), ...args];
  const script = /** @type {{ default?: (options: object, operands: string[]) => unknown }} */ (await command.load());
  return script.default?.(values, positionals);
}

await main();

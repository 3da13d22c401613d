/**
 * Every command of docs/hosting.md, docs/watching.md and docs/package.md is accounted for: a test runs it, or somebody ran it by hand.
 * A new command of these pages needs a line here, and so does every other line of their code blocks.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { root } from '../support/child.js';

const read = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');
const PAGES = ['docs/hosting.md', 'docs/watching.md', 'docs/package.md'];
const tests = readdirSync(`${root}/test`, { recursive: true, encoding: 'utf8' });

/** A test that runs it: its file, and a part of its title. */
interface ByTest {
  file: string;
  title: string;
}
const test = (file: string, title: string): ByTest => ({ file, title });
/** It was run on this day, and did what the page says. */
const byHand = (day: string, seen: string): string => `${day}: ${seen}`;

const started = test('roll-out', 'a good version whose start is slow takes all places');
const refused = test('roll-out', 'settings that cannot be, change nothing');
const reloaded = test('reload', 'fails no request and loses no message');
const packed = test('installed', 'starts with a valkey-server; two people talk');
const upgraded = test('installed', 'takes another version while people talk');
const exported = test('talk', 'gives the owner and the host the same');
const doctor = test('doctor', 'finds nothing bad where all is well, through an address too');
const prefixed = test('prefix', 'people of two chats talk in rooms of the same name');

const told = test('alerts', 'tell that no worker runs');
const announced = test('host', 'announces to open pages and newcomers');
const tried = test('doctor', 'sends an alert as a test on demand');

const COMMANDS: Record<string, ByTest | string> = {
  'npm start': test('start', 'serves with two API processes, a worker and a Redis'),
  'npm ci': byHand('2026-11-29', 'the packages are there'),
  'npm ci && npm run build': byHand('2026-11-29', 'a fresh clone is built'),
  'npx pm2 start ecosystem.config.js': started,
  'PORT=8081 npx pm2 start ecosystem.config.js': started,
  'REDIS_URL=redis://user:password@10.0.0.5:6379/0 npx pm2 start ecosystem.config.js': byHand(
    '2026-11-29',
    'with an address of this machine: no Redis is started, and the chat uses that one',
  ),
  'REDIS_MAXMEMORY=2048 npx pm2 start ecosystem.config.js': byHand('2026-11-29', 'maxmemory is 2 GB, the data stay'),
  'OTEL=on OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 npx pm2 start ecosystem.config.js': byHand(
    '2026-11-29',
    'traces arrive at a collector',
  ),
  'curl localhost:8080/health': test('readiness', 'with Redis away it is 503 with the reason'),
  'curl -i localhost:8080/ready': test('readiness', 'is 200 when all is well'),
  'curl -u :$ADMIN_PASSWORD localhost:8080/metrics': test('figures', 'are those of all processes, whichever is asked'),
  'set -a; . ./chat.env; set +a': byHand('2026-11-29', 'the next start and deploy have the settings of the file'),
  'npx pm2 kill': started,
  'npx pm2 save': byHand('2026-11-29', 'the list is in dump.pm2'),
  'npx pm2 startup': byHand('2026-11-29', 'not as root, it prints the line for sudo; systemd itself was not tried'),
  'npx pm2 resurrect': byHand('2026-11-29', 'after "pm2 kill", all processes are back, and /health is 200'),
  'npx pm2 ls': byHand('2026-11-29', 'processes with versions'),
  'npx pm2 logs': byHand('2026-11-29', 'lines of all processes'),
  'npx pm2 logs api': byHand('2026-11-29', 'lines of the API processes'),
  'npx pm2 logs api --lines 100 --nostream': byHand('2026-11-29', 'the last lines, and the shell is back'),
  'npx pm2 logs --nostream --raw --lines 10000 | grep 1795574248155-0': byHand('2026-11-29', 'lines with that text'),
  'npx pm2 flush': byHand('2026-11-29', 'the files are empty'),
  'npx pm2 scale': byHand('2026-11-29', 'see the whole commands'),
  'npx pm2 scale api +2': byHand('2026-11-29', 'four API processes'),
  'npx pm2 scale worker 2': byHand('2026-11-29', 'two workers'),
  'npx pm2 restart all': byHand('2026-11-29', 'all processes are new ones'),
  'npx pm2 restart api worker --update-env': byHand('2026-11-29', 'these are new ones, /health is 200'),
  'npx pm2 reload api': reloaded,
  'npx pm2 reload worker': reloaded,
  'npm run deploy': started,
  'npm run deploy -- --wait 60': refused,
  'USER_TTL=60 npm run deploy': started,
  'TRUST_PROXY=1 npm run deploy': started,
  'ADMIN_PASSWORD=... npm run deploy': started,
  'MESSAGE_TTL=2592000 npm run deploy': started,
  'HOOKS_OUT=on npm run deploy': started,
  'LOG_LEVEL=debug npm run deploy': started,
  'git pull && npm run deploy': started,
  'git checkout v0.2.0 && npm run deploy': byHand('2026-11-29', 'with the commit before: the former version runs'),
  'npm run backup': test('backup', 'without a name goes into a folder, which keeps the newest'),
  'npm run backup -- --keep 14': test('backup', 'without a name goes into a folder, which keeps the newest'),
  'npm run backup -- /mnt/elsewhere/chat.backup': test('backup', 'makes a file that only its owner reads'),
  'npm run restore -- chat-2026-11-29T03-30-00-000Z.backup': test('backup-clock', 'go on or end in order'),
  'npm run restore -- .data/backups/chat-2026-11-29T03-30-00-000Z.backup --replace': test(
    'backup',
    'nor over other data unless it may replace them, which are kept',
  ),
  'cp deploy/systemd/nobackend-chat-backup.* /etc/systemd/system/': byHand(
    '2026-11-29',
    'systemd-analyze verify finds no mistake; the command of the service was run by hand',
  ),
  'systemctl enable --now nobackend-chat-backup.timer': byHand(
    '2026-11-29',
    'not run, because this machine has no systemd that runs; systemd-analyze calendar takes the time',
  ),
  'npx pm2 stop api worker': byHand('2026-11-29', 'they are stopped, the Redis runs'),
  'npx pm2 restart api worker': byHand('2026-11-29', 'after a restore, users and messages are there'),
  'npm run doctor': doctor,
  'REDIS_URL=... TRUST_PROXY=1 npm run doctor': doctor,
  'npm run doctor -- --url https://chat.example.org': doctor,
  'ALERT_URL=https://ntfy.sh/your-topic ALERT_FORMAT=text npm run deploy': told,
  'ALERT_URL=https://ntfy.sh/your-topic ALERT_FORMAT=text npm run doctor -- --alert': tried,
  'npm ci && npm pack': byHand('2026-11-29', 'a fresh clone is built, and the tarball is there'),
  'npm install ./nobackend-chat-0.2.0.tgz': packed,
  'npm install ./nobackend-chat-0.3.0.tgz': upgraded,
  'npx github:...': byHand('2026-11-29', 'a package from git has no build'),
  'npx nobackend-chat': packed,
  'PORT=8133 npx nobackend-chat': packed,
  'npx nobackend-chat start --background': upgraded,
  'npx nobackend-chat deploy': upgraded,
  'npx nobackend-chat doctor': byHand('2026-11-29', 'its findings'),
  'npx nobackend-chat backup': packed,
  'npx nobackend-chat restore FILE': packed,
  'npx nobackend-chat --help': test('installed', 'says which version it is and what it can do'),
  'npx nobackend-chat say --help': byHand('2026-11-29', 'the options of say'),
  'npx nobackend-chat say ROOM TEXT': packed,
  "npx nobackend-chat say lobby 'Hello, everybody' --name andrew": packed,
  'git log -1 | npx nobackend-chat say lobby -': packed,
  'npx nobackend-chat tail ROOM': packed,
  'npx nobackend-chat tail lobby': packed,
  'npx nobackend-chat export ROOM': exported,
  'npx nobackend-chat announce TEXT': test('talk', 'says something in all rooms, or says in one line'),
  'ADMIN_PASSWORD=... npx nobackend-chat export lobby > lobby.json': exported,
  'npx nobackend-chat export lobby --owner TOKEN > lobby.json': exported,
  'npx pm2 delete api worker redis': byHand('2026-11-29', 'nothing is left but pm2'),
  'npx pm2 start node_modules/nobackend-chat/ecosystem.config.js': byHand('2026-11-29', 'as by start --background'),
  'ADMIN_PASSWORD=... npm run announce -- "New rules: https://example.org/rules" --for 86400': announced,
  'ADMIN_PASSWORD=... npm run announce -- "We move." --begins 22:00 --minutes 10': announced,
  'ADMIN_PASSWORD=... npm run announce -- --end': announced,
  'sysctl net.ipv4.tcp_retries2=8': byHand(
    '2026-11-29',
    'it is set, in a network namespace; the two minutes were not measured',
  ),
  'ACL SETUSER chat on >password ~* &* +@all -@dangerous -@admin +info +client|unblock': test(
    'preflight',
    'with the rules of docs/hosting.md is enough for two people to talk',
  ),
  'REDIS_PREFIX=school: REDIS_URL=redis://school:password@10.0.0.5:6379 npx pm2 start ecosystem.config.js': prefixed,
  'ACL SETUSER school on >password ~school:* &school:* +@all -@dangerous -@admin +info +client|unblock': prefixed,
  'redis-cli -p $(cat .data/redis/port) config set maxmemory 2gb': byHand('2026-11-29', 'OK, and /health is 200 again'),
  'printf %s lobby | sha256sum | cut -c1-8': test('request-log', "follows a message by its room's mark"),
  'npm install --no-save @opentelemetry/api @opentelemetry/auto-instrumentations-node@0.75.0 bullmq-otel@2.0.1': byHand(
    '2026-11-29',
    'the packages are there',
  ),
  'OTEL=on OTEL_TRACES_EXPORTER=console node --import ./scripts/tracing.js dist/apps/api/main.js': byHand(
    '2026-11-29',
    'it prints spans',
  ),
};

/** Lines of code blocks that are no commands: output, and lines of configuration. */
const SHOWN = [
  /^\{"level":/,
  /^The new "api" cannot start: /,
  /^(Redis|Through http:\/\/\S+)$/,
  /^(good|BAD) {2}/,
  /^location \S+ \{ .* \}$/,
  /^(proxy_set_header|add_header) .*;$/,
  /^(scrape_configs|rule_files|static_configs|basic_auth|- job_name):/,
  /^static_configs: /,
];

const PROGRAM = /^(?:[A-Z][A-Z_]*=\S+ )*(?:npm|npx|node|git|curl|redis-cli|sysctl|printf|sudo|docker|faketime) /;

/** Returns the lines of code blocks, and the commands within sentences, each once. */
function linesOf(page: string): string[] {
  const text = read(page);
  const blocks = text.split('\n').filter((line, number, all) => isCode(line, number, all));
  const inSentences = [...text.replace(/\n +/g, ' ').matchAll(/`([^`]+)`/g)]
    .map(([, code = '']) => code)
    .filter((code) => PROGRAM.test(code));
  return [...new Set([...blocks.map((line) => line.trim()), ...inSentences])];
}

/** A line is code if it is indented, and the block that it belongs to begins after an empty line. */
function isCode(line: string, number: number, all: string[]): boolean {
  const indented = (one = ''): boolean => /^ {4,}\S/.test(one);
  let first = number;
  while (indented(all[first - 1])) first -= 1;
  return indented(line) && all[first - 1] === '';
}

const lines = PAGES.flatMap(linesOf);

it('finds commands in blocks and in sentences', () => {
  expect(lines.length).toBeGreaterThan(50);
  expect(lines).toContain('git pull && npm run deploy');
  expect(lines).toContain('npx pm2 reload worker');
});

it('every command is run by a test, or was run by hand', () => {
  expect(lines.filter((line) => !(line in COMMANDS) && !SHOWN.some((shown) => shown.test(line)))).toEqual([]);
});

it('accounts for no command that the pages do not have', () => {
  expect(Object.keys(COMMANDS).filter((command) => !lines.includes(command))).toEqual([]);
  expect(SHOWN.filter((shown) => !lines.some((line) => shown.test(line)))).toEqual([]);
});

describe('the test of a command exists:', () => {
  const byTests = Object.entries(COMMANDS).filter((entry): entry is [string, ByTest] => typeof entry[1] !== 'string');
  it.each(byTests)('%s', (_command, { file, title }) => {
    const path = tests.find((one) => one.endsWith(`/${file}.test.ts`));
    expect(path).toBeDefined();
    expect(read(`test/${path}`).replaceAll("\\'", "'")).toContain(title);
  });
});

/**
 * Makes a fresh machine ready: npm packages, system programs, and the build. It prints nothing about what is there
 * already. `--for-tests` also installs what the browser tests need.
 */
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { build } from '../build.js';
import { asScript, hasProgram, run } from '../command.js';
import { Problem } from '../problem.js';
import { inProject, isInstalled, isMain } from '../project.js';
import { redisProgram } from './own-redis.js';

const stampFile = inProject('node_modules/.installed');
const emojiFont = '/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf';
const apt = { DEBIAN_FRONTEND: 'noninteractive' };

/** Installs and builds what is missing. `redis`: a Redis will be started here. `forTests`: the tests will run. */
export async function prepare({ redis = true, forTests = false } = {}) {
  await checkNode();
  if (redis || forTests) checkRedisServer();
  if (isInstalled) {
    if (existsSync(inProject('dist'))) return;
    throw new Problem('npm does not build this package from git. Clone the project, and run "npm start" there.');
  }
  await installPackages();
  if (redis || forTests) await installPrograms(forTests);
  await build();
}

/** Throws a Problem when this Node is too old. */
export async function checkNode() {
  const { engines } = JSON.parse(await readFile(inProject('package.json'), 'utf8'));
  const [major, minor] = versionIn(engines.node);
  const [thisMajor, thisMinor] = versionIn(process.versions.node);
  if (thisMajor > major || (thisMajor === major && thisMinor >= minor)) return;
  throw new Problem(
    `nobackend-chat needs Node ${major}.${minor} or later; this is ${process.version}. Install the current LTS.`,
  );
}

/** Returns the major and minor number in a text such as `>=20.19`. */
function versionIn(/** @type {string} */ text) {
  const [major = 0, minor = 0] = text.match(/\d+/g)?.map(Number) ?? [];
  return /** @type {const} */ ([major, minor]);
}

/** Runs `npm ci`, unless the packages of this package-lock.json are installed. */
async function installPackages() {
  const lock = createHash('sha256')
    .update(await readFile(inProject('package-lock.json')))
    .digest('hex');
  if (lock === (await readFile(stampFile, 'utf8').catch(() => null))) return;
  if (lstatSync(inProject('node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new Problem(
      'node_modules is a link to another folder, and installing packages would empty that. Remove the link first.',
    );
  }
  // the build needs the development packages, whatever NODE_ENV says
  if (!installedByHand()) await run('Installing packages', ...npm('ci', '--include=dev'));
  await writeFile(stampFile, lock);
}

/** Returns true when npm has installed all packages after the last change of package-lock.json. */
function installedByHand() {
  const installed = inProject('node_modules/.package-lock.json');
  if (!existsSync(installed) || !existsSync(inProject('node_modules/typescript'))) return false;
  return statSync(installed).mtimeMs >= statSync(inProject('package-lock.json')).mtimeMs;
}

/**
 * Returns the command and arguments that run npm: the npm that runs this process, else the one on the PATH.
 *
 * @param {...string} args
 * @returns {[command: string, args: string[]]}
 */
export function npm(...args) {
  const quiet = [...args, '--no-audit', '--no-fund'];
  const own = process.env.npm_execpath ?? '';
  return own.endsWith('npm-cli.js') ? [process.execPath, [own, ...quiet]] : ['npm', quiet];
}

/** How to get a Redis, by system. */
const REDIS_PACKAGES = `
  Debian, Ubuntu:  apt-get install redis-server
  Fedora:          dnf install valkey
  Alpine:          apk add redis
  macOS:           brew install redis
  Windows:         use WSL ("wsl --install"), and there the line of Ubuntu`;

/**
 * Throws a Problem when there is no Redis program and none can be installed here. This comes first, as packages take
 * minutes. The npm package installs no programs.
 */
export function checkRedisServer() {
  if (redisProgram() || (canInstall() && !isInstalled)) return;
  throw new Problem(
    `Redis is missing. Install the package redis-server, or set REDIS_URL to a Redis that you have.${REDIS_PACKAGES}`,
  );
}

/** Installs redis-server, and the programs of the browser tests. Prints which of these are missing if it may not. */
async function installPrograms(/** @type {boolean} */ forTests) {
  const redis = redisProgram() ? [] : ['redis-server'];
  const browser = forTests ? missingForBrowser() : [];
  if (forTests) await installForSomeTests();
  if (canInstall()) return aptInstall([...redis, ...browser]);
  if (browser.length > 0) console.log(`The browser tests will fail without ${browser.join(' and ')}. Install that.`);
}

/** Installs programs that only some tests need, or that make them faster. All other tests run without them. */
async function installForSomeTests() {
  await installPerhaps({ nginx: 'nginx-light', haproxy: 'haproxy' }, 'Some tests of deploy/ are skipped');
  await installPerhaps({ 'chromium-headless-shell': 'chromium-headless-shell' }, 'The tests in Chromium take longer');
  await installPerhaps({ python3: 'python3' }, 'The tests of the Python client are skipped');
  await installPerhaps({ 'firefox-esr': 'firefox-esr' }, 'The tests in Firefox are skipped');
  await installPerhaps({ WebKitWebDriver: 'webkit2gtk-driver', Xvfb: 'xvfb' }, 'The tests in WebKit are skipped');
}

/**
 * Installs the packages of missing programs. Prints the effect of their absence when that is not possible.
 *
 * @param {Record<string, string>} packages each by the name of its program
 * @param {string} effect
 */
async function installPerhaps(packages, effect) {
  const missing = Object.entries(packages).flatMap(([program, name]) => (hasProgram(program) ? [] : [name]));
  if (missing.length === 0) return;
  // RUNLEVEL=1 asks Debian not to start the servers that it installs
  const installed =
    canInstall() &&
    (await aptInstall(missing, { RUNLEVEL: '1' }).then(
      () => true,
      () => false,
    ));
  if (!installed) console.log(`${effect} without ${missing.join(' and ')}. Install that to change it.`);
}

/** Returns the missing packages of Chromium and of a font that has emoji. */
function missingForBrowser() {
  const missing = hasProgram('chromium') ? [] : ['chromium'];
  if (process.platform === 'linux' && !existsSync(emojiFont)) missing.push('fonts-noto-color-emoji');
  return missing;
}

function canInstall() {
  return process.getuid?.() === 0 && hasProgram('apt-get');
}

/**
 * @param {string[]} packages
 * @param {NodeJS.ProcessEnv} [env]
 */
async function aptInstall(packages, env = {}) {
  if (packages.length === 0) return;
  await run('Refreshing the list of system packages', 'apt-get', ['update'], apt);
  await run(
    `Installing ${packages.join(' and ')}`,
    'apt-get',
    ['install', '-y', '--no-install-recommends', ...packages],
    { ...apt, ...env },
  );
}

if (isMain(import.meta.url)) asScript(() => prepare({ forTests: process.argv.includes('--for-tests') }));

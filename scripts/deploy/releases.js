/**
 * The builds that deployed processes run from: `releases/<time>/dist`. The next build does not touch them. So a process
 * that pm2 starts again is of the version that it was, whatever has become of dist/.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { releases as folder, inProject, isInstalled, root } from '../project.js';

const dist = inProject('dist');
/** These first digits of a build's hash tell it from others of its version. */
const BUILD_DIGIT_COUNT = 8;
/** The names of releases are times, and for the npm package a version and digits of its build. */
const RELEASE = /^(\d{8}T\d+|\d+\.\d+\.\d+.*-[0-9a-f]{8}.*)$/;
/** A copy of dist/ for the time of a build: processes that `pm2 start` or `npm start` has started run from there. */
const former = join(folder, 'former');

/**
 * Returns the path that pm2 starts a script of dist/ from. npm replaces the folder of the installed package while the
 * former version runs, so its dist/ is copied once for each build.
 */
export function startPath(/** @type {string} */ script) {
  return isInstalled ? join(releaseOfPackage(), script) : script;
}

function releaseOfPackage() {
  const { version } = JSON.parse(readFileSync(join(dist, 'package.json'), 'utf8'));
  const release = join(folder, `${version}-${readFileSync(join(dist, '.inputs'), 'utf8').slice(0, BUILD_DIGIT_COUNT)}`);
  if (existsSync(release)) return release;
  const unfinished = `${release}.${process.pid}`;
  copy(unfinished);
  // the packages are beside ours; those that the host also has in another version are inside it
  symlinkSync(dirname(root), join(unfinished, 'node_modules'));
  if (existsSync(inProject('node_modules')))
    symlinkSync(inProject('node_modules'), join(unfinished, 'dist/node_modules'));
  renameSync(unfinished, release);
  return release;
}

/** Copies dist/ into a new release. That of the installed package is there: `startPath` has made it. */
export function newRelease() {
  if (isInstalled) return { path: (/** @type {string} */ script) => script, install: () => {} };
  const release = join(folder, new Date().toISOString().replace(/[^\dT]/g, ''));
  copy(release);
  return {
    path: (/** @type {string} */ script) => join(release, script),
    /** Puts it into dist/, from where `pm2 start` and `npm start` take it. */
    install: () => replaceDist(() => cpSync(join(release, 'dist'), dist, { recursive: true })),
  };
}

/**
 * Keeps a copy of dist/ over the build, if processes run from there.
 *
 * @param {import('./running.js').Managed[]} processes
 */
export function keepFormer(processes) {
  rmSync(former, { recursive: true, force: true });
  if (processes.some(({ pm2_env }) => pm2_env.pm_exec_path.startsWith(dist + sep))) copy(former);
}

/** Puts the copy back: pm2 may start a process again at any time, and only from there. */
export function restoreFormer() {
  if (!existsSync(former)) return;
  replaceDist(() => renameSync(join(former, 'dist'), dist));
  rmSync(former, { recursive: true });
}

function replaceDist(/** @type {() => void} */ fill) {
  rmSync(dist, { recursive: true, force: true });
  fill();
}

/**
 * Removes the releases that no process runs from, and that pm2 would not start after a reboot.
 *
 * @param {import('./running.js').Managed[]} processes
 * @param {string} pm2Home
 */
export function prune(processes, pm2Home) {
  const saved = join(pm2Home, 'dump.pm2');
  const used = [
    ...processes.map(({ pm2_env }) => pm2_env.pm_exec_path),
    existsSync(saved) ? readFileSync(saved, 'utf8') : '',
  ].join('\n');
  for (const name of readdirSync(folder).filter((one) => RELEASE.test(one))) {
    if (!used.includes(join(folder, name) + sep)) rmSync(join(folder, name), { recursive: true });
  }
}

function copy(/** @type {string} */ release) {
  mkdirSync(release, { recursive: true });
  cpSync(dist, join(release, 'dist'), { recursive: true });
}

/** Builds the browser's files into dist/apps/web/public. `node apps/web/build.js` builds nothing else. */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';
import { minify } from 'terser';
import { buildPackage } from '../../clients/js/build.js';
import { markedIn, markPrivate } from './private-members.js';
import { privateNames } from './private-names.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const finished = join(root, 'dist/apps/web');
/** The build goes here first, and is moved when it is complete. So a build that fails leaves the former one. */
const out = join(root, 'dist/apps/web.new');
const replaced = join(root, 'dist/apps/web.old');
const site = join(out, 'public');
/** Files that only the host can load. */
const admin = join(out, 'admin');
/** The npm package of the browser's scripts. */
const forNpm = join(out, 'package');
const run = promisify(execFile);
const { version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

const shared = {
  bundle: true,
  minify: true,
  target: 'es2017',
  legalComments: 'none',
  charset: 'utf8',
  sourcemap: true,
};
/**
 * For scripts in other people's pages. These files' exports take the place of globals, which a page may replace. A page
 * may name no charset and have its own copy, so all characters are ASCII.
 */
const forLibrary = { ...shared, charset: 'ascii', inject: [join(here, 'client/globals.ts')] };
/** The module also runs where there is no page. Of two exports of one name, esbuild takes the first. */
const forModule = { ...forLibrary, inject: [join(here, 'client/anywhere.ts'), ...forLibrary.inject] };
/** Newer than the library's target: for an older one, the code for object spread would use the page's globals. */
const forElement = { ...shared, target: 'es2018', inject: [...forLibrary.inject, join(here, 'element/globals.ts')] };

/**
 * Checks the types, and writes the declarations of the library. Throws if a type is wrong. Returns a function for the
 * names that a script may shorten.
 */
async function declare() {
  const tsc = join(root, 'node_modules/.bin/tsc');
  const types = join(out, 'types');
  await run(tsc, ['-p', here]);
  await run(tsc, [
    '-p',
    here,
    '--noEmit',
    'false',
    '--emitDeclarationOnly',
    '--declaration',
    '--sourceMap',
    'false',
    '--outDir',
    types,
  ]);
  await writeFile(join(site, 'chat.d.mts'), await rollUp(types));
  const namesOf = await privateNames(root, types);
  await remove(types);
  return namesOf;
}

/** Returns the library's public types as one file: first those of the wire, then its own. They import nothing else. */
async function rollUp(types) {
  const files = [
    'shared/protocol/errors.d.ts',
    'shared/protocol/events.d.ts',
    'apps/web/client/answers.d.ts',
    'apps/web/client/api.d.ts',
  ];
  const texts = await Promise.all(files.map((file) => readFile(join(types, file), 'utf8')));
  const inlined = texts.join('\n').replace(/^import .*;\n/gm, '');
  return `${inlined}
/**
 * Joins a room. You can give just its name. Returns the chat at once; \`chat.ready\` resolves when the room is open.
 */
export declare const join: (options?: JoinOptions | string) => Chat;
`;
}

/** Minifies style sheets that are imported as text. */
const smallStyles = {
  name: 'small-styles',
  setup(builder) {
    builder.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { loader: 'css', minify: true });
      return { contents: code, loader: 'text' };
    });
  },
};

/** The languages that have a file. The elements know them, so that they ask for no other. */
const languageNames = (await readdir(join(here, 'languages'))).map((name) => basename(name, '.ts'));
const KNOWN_LANGUAGES = { LANGUAGES: JSON.stringify(languageNames.join(' ')) };

/**
 * The scripts that run in other people's pages. Those that are whole need no other one. The rest are loaded later, by a
 * script that is whole, and share objects with it. `parts`: what a script loads, if not all of the rest.
 */
const SCRIPTS = [
  { ...forLibrary, isWhole: true, parts: ['streams.js'], entry: 'client/global.ts', name: 'chat.js' },
  {
    ...forModule,
    isWhole: true,
    parts: [],
    entry: 'client/module.ts',
    name: 'chat.mjs',
    format: 'esm',
    target: 'es2020',
  },
  {
    ...forElement,
    isWhole: true,
    entry: 'element/index.ts',
    name: 'element.js',
    define: KNOWN_LANGUAGES,
  },
  {
    ...forElement,
    isWhole: true,
    entry: '../../clients/js/element-in-page.ts',
    name: 'element-in-page.mjs',
    folder: forNpm,
    format: 'esm',
    define: KNOWN_LANGUAGES,
  },
  { ...forElement, isWhole: true, entry: 'widgets/index.ts', name: 'widgets.js', define: KNOWN_LANGUAGES },
  { ...forElement, entry: 'moderation-tools/index.ts', name: 'owner.js' },
  { ...forElement, entry: 'notices/index.ts', name: 'notices.js' },
  { ...forElement, entry: 'search/index.ts', name: 'search.js' },
  { ...forElement, entry: 'talk/index.ts', name: 'talk.js' },
  { ...forElement, entry: 'bubble/index.ts', name: 'bubble.js' },
  { ...forLibrary, entry: 'client/streams/index.ts', name: 'streams.js' },
];

/** Builds all of SCRIPTS. Names of members that only one script knows are shortened: that makes it 7 % smaller. */
async function scripts() {
  const [namesOf, bundles] = await Promise.all([declare(), Promise.all(SCRIPTS.map(bundle))]);
  const inputsOf = (some) => new Set(some.flatMap(({ inputs }) => inputs));
  await Promise.all(
    bundles.map((one) => {
      const met = inputsOf(bundles.filter((other) => meet(one, other)));
      const own = one.inputs.filter((file) => !met.has(file));
      const all = inputsOf(bundles);
      // the library has no object of a page or an element
      const isKin = (file) =>
        met.has(file) || own.includes(file) || (!all.has(file) && (!one.parts || /\/client\//.test(file)));
      return small(one, namesOf(own, isKin));
    }),
  );
}

/** Whether two scripts share objects. */
function meet(one, other) {
  if (one.isWhole === other.isWhole) return one !== other && !one.isWhole;
  const [whole, part] = one.isWhole ? [one, other] : [other, one];
  return !whole.parts || whole.parts.includes(part.name);
}

async function bundle({ isWhole, parts, entry, name, folder = site, ...options }) {
  const { outputFiles, metafile } = await build({
    format: 'iife',
    loader: { '.css': 'text' },
    plugins: [smallStyles],
    ...options,
    absWorkingDir: root,
    entryPoints: [join(here, entry)],
    outfile: join(folder, name),
    metafile: true,
    minify: false,
    sourcemap: 'external',
    write: false,
  });
  const [map, text] = ['.map', ''].map((end) => outputFiles.find(({ path }) => path.endsWith(name + end)).text);
  const code = markPrivate(text, (file) => readFileSync(join(root, file), 'utf8'));
  return { isWhole, parts, name, folder, options, map, code, inputs: Object.keys(metafile.inputs) };
}

/** Writes a bundle, minified. terser makes it 4 % smaller than esbuild. */
async function small({ name, folder, options, map, code }, { own, others }) {
  const ecma = Number(options.target.slice(2));
  const marked = markedIn(code);
  const made = await minify(code, {
    ecma,
    module: options.format === 'esm',
    compress: { passes: 3 },
    mangle: {
      properties: {
        regex: new RegExp(`^(?:${own.concat(...marked.keys()).join('|')})$`),
        reserved: others,
        cache: { props: marked },
      },
    },
    format: { ecma, ascii_only: true },
    sourceMap: { content: map, filename: name, url: `${name}.map` },
  });
  await writeFile(join(folder, name), made.code);
  await writeFile(join(folder, `${name}.map`), made.map);
}

/** Writes the types of the elements, and the manifest of them that editors read. */
async function elementTypes() {
  const types = await readFile(join(here, 'types/elements.d.ts'), 'utf8');
  await writeFile(join(site, 'elements.d.ts'), types.replace(/'[./]+\/client\/api.js'/, "'./chat.mjs'"));
  await cp(join(here, 'types/custom-elements.json'), join(site, 'custom-elements.json'));
}

/** The parts of a language file, and how the names of their scripts end. */
const PARTS = {
  texts: '',
  talkTexts: '.talk',
  toolsTexts: '.tools',
  noticesTexts: '.notices',
  searchTexts: '.search',
  widgetsTexts: '.widgets',
};

/** Builds each part of all languages but English. */
function languages() {
  return Promise.all(
    languageNames.flatMap((name) =>
      Object.entries(PARTS).map(([part, ending]) => language(name, `${name}${ending}`, part)),
    ),
  );
}

/** `file` is the name in the registry, too. `part`: what the file has of the language. */
function language(name, file, part) {
  const contents = `
import { registry } from './client/registry.js';
import * as parts from './languages/${name}.ts';
const page = registry();
page.languages = page.languages || {};
page.languages[${JSON.stringify(file)}] = parts.${part};
`;
  return build({
    ...shared,
    charset: 'ascii',
    sourcemap: false,
    stdin: { contents, resolveDir: here },
    outfile: join(site, 'languages', `${file}.js`),
    format: 'iife',
  });
}

/** Builds the script that `chat.doctor()` loads. */
function doctor() {
  return build({
    ...forElement,
    entryPoints: [join(here, 'doctor/index.ts')],
    outfile: join(site, 'doctor.js'),
    format: 'iife',
  });
}

/**
 * Builds the pages with their common parts, a script for each page that has one, and the style sheet of all pages. The
 * server fills in the places that depend on the host (`apps/api/http/site-pages.ts`).
 */
async function pages() {
  const parts = await textsIn(join(here, 'pages/parts'));
  const html = await textsIn(join(here, 'pages/html'));
  await Promise.all(Object.entries(html).map(([name, text]) => writeFile(join(site, name), withParts(text, parts))));
  const entryPoints = [...pageScripts, 'site.css'].map((name) => join(here, 'pages', name));
  await build({
    ...shared,
    entryPoints,
    outdir: join(site, 'assets'),
    format: 'iife',
    target: 'es2020',
    sourcemap: false,
    external: ['./bricolage.woff2'],
  });
  await cp(join(here, 'pages/icon.svg'), join(site, 'assets/icon.svg'));
  for (const name of ['favicon.ico', 'robots.txt']) await cp(join(here, 'pages', name), join(site, name));
  await cp(
    join(
      root,
      'node_modules/@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-latin-wght-normal.woff2',
    ),
    join(site, 'assets/bricolage.woff2'),
  );
}

/** Builds the host's page, apart from the pages for everybody. */
async function hostPage() {
  await mkdir(admin);
  const entryPoints = ['admin.ts', 'queue-board-base.ts', 'admin.css'].map((name) => join(here, 'admin', name));
  await build({
    ...shared,
    entryPoints,
    outdir: admin,
    format: 'iife',
    target: 'es2020',
    sourcemap: false,
    external: ['./bricolage.woff2'],
  });
  const parts = await textsIn(join(here, 'pages/parts'));
  const html = withParts(await readFile(join(here, 'admin/admin.html'), 'utf8'), parts);
  await writeFile(join(admin, 'admin.html'), fill(html, { root: './', logo: 'assets/icon.svg', styles: '' }));
}

const pageScripts = [
  'index.ts',
  'room.ts',
  'examples.ts',
  'docs.ts',
  'doctor.ts',
  'doctor-frame.ts',
  'embed.ts',
  'status.ts',
];

const fill = (text, values) =>
  Object.entries(values).reduce((done, [place, value]) => done.replaceAll(`{{${place}}}`, value), text);

const withParts = (text, parts) => text.replace(/ *<!-- (\w+) -->\n/g, (_, name) => parts[`${name}.html`]);

/** Returns the texts of a folder's files, by name. */
async function textsIn(folder) {
  const names = await readdir(folder);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')])),
  );
}

/** Builds the fiddles, with the one from the README, and a page that runs each fiddle with a room of its own. */
async function fiddles() {
  await cp(join(here, 'fiddle'), join(site, 'fiddle'), { recursive: true });
  const shown = ['poll', 'talk', 'cursors', 'votes', 'game', 'todo', 'slides', 'scores', 'visitors'];
  await Promise.all(shown.map(runPage));
  const readme = /<!-- fiddle -->\n```html\n([\s\S]*?)```/.exec(await readFile(join(root, 'README.md'), 'utf8'));
  if (!readme) throw new Error('The README has no fiddle.');
  const text = readme[1].replace('http://localhost:8080', '{{server}}').replace('room=fiddle', 'room={{room}}');
  await mkdir(join(site, 'fiddle/plain'));
  await writeFile(join(site, 'fiddle/plain/fiddle.html'), text);
}

/** Writes a fiddle as a page. It may have only an HTML pane. */
async function runPage(name) {
  const panes = await textsIn(join(here, 'fiddle', name));
  const [html, js] = ['html', 'js'].map((kind) => panes[`fiddle.${kind}`]?.replace('{{server}}', '../..'));
  const head =
    '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n';
  const css = panes['fiddle.css'] ? '<link rel="stylesheet" href="fiddle.css">\n' : '';
  const script = js ? '<script src="run.js"></script>\n' : '';
  await writeFile(
    join(site, 'fiddle', name, 'run.html'),
    `${head}<title>${name}</title>\n${css}<body>\n${html}${script}</body>\n</html>\n`,
  );
  if (js) await writeFile(join(site, 'fiddle', name, 'run.js'), js);
}

/**
 * Copies the scripts of other people's pages, and what these load, to `/v/<version>/`, where they never change. Keeps
 * those of the versions that were built here before: pages go on loading them.
 */
async function versions() {
  const versionsFolder = join(site, 'v');
  await cp(join(finished, 'public/v'), versionsFolder, { recursive: true }).catch(() => undefined); // the first build
  const folder = join(versionsFolder, version);
  await remove(folder);
  await mkdir(folder, { recursive: true });
  const names = SCRIPTS.filter((one) => one.folder !== forNpm).flatMap(({ name }) => [name, `${name}.map`]);
  await Promise.all(
    [...names, 'languages'].map((name) => cp(join(site, name), join(folder, name), { recursive: true })),
  );
}

/** Fills the version, and the hashes by which browsers know its scripts, into the pages. */
async function fillVersion() {
  const hashes = await Promise.all(
    ['chat.js', 'element.js'].map(async (name) => {
      const hash = createHash('sha384').update(await readFile(join(site, name)));
      return [`hash ${name}`, `sha384-${hash.digest('base64')}`];
    }),
  );
  const filled = Object.fromEntries([['version', version], ...hashes]);
  const names = (await readdir(site)).filter((name) => name.endsWith('.html'));
  await Promise.all(
    [...names.map((name) => join(site, name)), join(admin, 'admin.html')].map(async (file) => {
      await writeFile(file, fill(await readFile(file, 'utf8'), filled));
    }),
  );
}

/**
 * Writes compressed forms beside each text of a folder, for browsers that accept them. They accept Brotli only over
 * https. The server fills in our pages, and compresses them itself.
 */
async function compress(folder) {
  const files = (await readdir(folder, { recursive: true })).filter(
    (name) => /\.(m?js|css|html|svg)$/.test(name) && !(folder === site && /^[\w-]+\.html$/.test(name)),
  );
  await Promise.all(
    files.map(async (name) => {
      const text = await readFile(join(folder, name));
      await writeFile(join(folder, `${name}.gz`), gzipSync(text, { level: 9 }));
      await writeFile(join(folder, `${name}.br`), brotliCompressSync(text));
    }),
  );
}

const remove = (path) => rm(path, { recursive: true, force: true });

/** Builds everything again. */
export async function buildWeb() {
  await remove(out);
  await Promise.all([site, forNpm].map((folder) => mkdir(folder, { recursive: true })));
  await Promise.all([scripts(), elementTypes(), languages(), doctor(), pages(), hostPage(), fiddles()]);
  const about = { version, license };
  await Promise.all([buildPackage({ site, folder: forNpm, about }), versions(), fillVersion()]);
  await Promise.all([site, admin].map(compress));
  await remove(replaced);
  // processes that run serve the former files until the moment between these two lines
  if (existsSync(finished)) renameSync(finished, replaced);
  renameSync(out, finished);
  await remove(replaced);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWeb();

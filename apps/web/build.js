/** Builds what the browser gets into dist/apps/web/public. `node apps/web/build.js` does it alone. */
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, transform } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const finished = join(root, 'dist/apps/web');
/** Built aside and moved when it is whole: a build that fails leaves the former one. */
const out = join(root, 'dist/apps/web.new');
const site = join(out, 'public');
const run = promisify(execFile);

const shared = { bundle: true, minify: true, target: 'es2017', legalComments: 'none', charset: 'utf8', sourcemap: true };

/** The type checker refuses what is wrong, and writes the declarations of the library. */
async function declare() {
  const tsc = join(root, 'node_modules/.bin/tsc');
  const types = join(out, 'types');
  await run(tsc, ['-p', here]);
  await run(tsc, ['-p', here, '--noEmit', 'false', '--emitDeclarationOnly', '--declaration', '--sourceMap', 'false', '--outDir', types]);
  await writeFile(join(site, 'chat.d.mts'), await rollUp(types));
  await remove(types);
}

/** The library's public types as one file: those of the wire, then its own. They name nothing else. */
async function rollUp(types) {
  const files = ['shared/protocol/errors.d.ts', 'shared/protocol/events.d.ts', 'apps/web/client/api.d.ts'];
  const texts = await Promise.all(files.map((file) => readFile(join(types, file), 'utf8')));
  const inlined = texts.join('\n').replace(/^import .*;\n/gm, '');
  return `${inlined}\n/** Joins a room; gives the chat at once, which opens by itself. */\n`
    + 'export declare const join: (options?: JoinOptions) => Chat;\n';
}

/** The library, as a plain script and as a module. */
function library() {
  return Promise.all([
    build({ ...shared, entryPoints: [join(here, 'client/global.ts')], outfile: join(site, 'chat.js'), format: 'iife', globalName: 'NobackendChat' }),
    build({ ...shared, entryPoints: [join(here, 'client/module.ts')], outfile: join(site, 'chat.mjs'), format: 'esm', target: 'es2020' }),
  ]);
}

/** The element, its style sheet within as text. */
function element() {
  return build({
    ...shared, entryPoints: [join(here, 'element/index.ts')], outfile: join(site, 'element.js'), format: 'iife', globalName: 'NobackendChat',
    loader: { '.css': 'text' }, plugins: [smallStyles],
  });
}

/** Style sheets that are imported as text are minified first. */
const smallStyles = {
  name: 'small-styles',
  setup(builder) {
    builder.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { loader: 'css', minify: true });
      return { contents: code, loader: 'text' };
    });
  },
};

/** The pages as they are, and one bundle of script and one of style for each that has them. */
async function pages() {
  await cp(join(here, 'pages/html'), site, { recursive: true });
  const entryPoints = ['room'].map((name) => join(here, 'pages', `${name}.ts`));
  const styles = [join(here, 'pages/site.css')];
  await build({ ...shared, entryPoints: [...entryPoints, ...styles], outdir: join(site, 'assets'), format: 'iife', sourcemap: false });
}

const remove = (path) => rm(path, { recursive: true, force: true });

/** Builds everything anew. */
export async function buildWeb() {
  await remove(out);
  await mkdir(site, { recursive: true });
  await Promise.all([declare(), library(), element(), pages()]);
  await remove(finished);
  await rename(out, finished);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWeb();

/** Which part may import which: the directions that keep transport, protocol and storage apart. */
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../shared/protocol/operations.js';
import { type Import, importsOf, readSource, sourcesOf } from '../support/imports.js';

const files = sourcesOf('apps', 'shared');
const imports = new Map(files.map((file) => [file, importsOf(file)]));

/** Everything a file reaches, types included, with what leads there. */
function reached(from: string): Set<string> {
  const seen = new Set<string>();
  const waiting = [from];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    for (const { target } of imports.get(file) ?? []) if (!seen.has(target) && seen.add(target)) waiting.push(target);
  }
  return seen;
}

/** `file -> target` for each import of a file below `folder` that is not allowed. */
function offences(folder: string, allowed: (one: Import) => boolean): string[] {
  return files
    .filter((file) => file.startsWith(folder))
    .flatMap((file) =>
      (imports.get(file) ?? []).filter((one) => !allowed(one)).map(({ target }) => `${file} -> ${target}`),
    );
}

/** Every folder of the browser library may use these: types, errors, and code that needs no request. */
const CLIENT_GROUND = [
  'answers',
  'api',
  'backoff',
  'errors',
  'registry',
  'secret',
  'stream-code',
  'stream-times',
  'stream-trouble',
].map((file) => `apps/web/client/${file}.ts`);

const within =
  (...folders: string[]) =>
  ({ target, isPackage }: Import): boolean =>
    isPackage || folders.some((folder) => target.startsWith(folder));

describe('imports', () => {
  it('are found in every kind of file', () => {
    expect(files.length).toBeGreaterThan(60);
    expect(imports.get('apps/api/http/koa-app.ts')).toContainEqual({ target: 'koa', isPackage: true, typeOnly: false });
    expect(imports.get('apps/api/context.ts')).toContainEqual({
      target: 'shared/store/store.ts',
      isPackage: false,
      typeOnly: true,
    });
  });

  it.each([
    ['apps/web/', ['apps/web/', 'shared/protocol/']],
    ['apps/web/client/', ['apps/web/client/', 'shared/protocol/']],
    ['apps/web/client/transport/', ['apps/web/client/transport/', ...CLIENT_GROUND, 'shared/protocol/']],
    [
      'apps/web/client/polling/',
      ['apps/web/client/polling/', ...CLIENT_GROUND, 'apps/web/client/transport/transport.ts', 'shared/protocol/'],
    ],
    [
      'apps/web/client/streams/',
      [
        'apps/web/client/streams/',
        ...CLIENT_GROUND,
        'apps/web/client/transport/read-text.ts',
        'apps/web/client/transport/transport.ts',
        'shared/protocol/',
      ],
    ],
    ['apps/web/client/events/', ['apps/web/client/events/', ...CLIENT_GROUND, 'shared/protocol/']],
    [
      'apps/web/client/session/',
      [
        'apps/web/client/session/',
        'apps/web/client/events/',
        'apps/web/client/polling/',
        'apps/web/client/transport/',
        ...CLIENT_GROUND,
        'shared/protocol/',
      ],
    ],
    ['apps/web/element/', ['apps/web/element/', 'apps/web/client/', 'shared/protocol/']],
    [
      'apps/web/moderation-tools/',
      ['apps/web/moderation-tools/', 'apps/web/element/', 'apps/web/client/', 'shared/protocol/'],
    ],
    ...['widgets', 'notices', 'search', 'talk', 'bubble'].map((folder): [string, string[]] => [
      `apps/web/${folder}/`,
      [`apps/web/${folder}/`, 'apps/web/element/', 'apps/web/client/', 'shared/protocol/'],
    ]),
    ['apps/web/doctor/', ['apps/web/doctor/', 'apps/web/client/', 'shared/protocol/']],
    [
      'apps/web/pages/',
      [
        'shared/protocol/',
        ...['pages', 'widgets', 'moderation-tools', 'talk', 'notices', 'search', 'element', 'doctor', 'client'].map(
          (folder) => `apps/web/${folder}/`,
        ),
      ],
    ],
    ['apps/web/admin/', ['apps/web/admin/', 'apps/web/pages/page.ts', 'shared/protocol/']],
    ['apps/api/', ['apps/api/', 'shared/']],
    ['apps/worker/', ['apps/worker/', 'shared/']],
    ['shared/', ['shared/']],
    ['shared/protocol/', ['shared/protocol/']],
    [
      'shared/store/',
      [
        'shared/store/',
        'shared/protocol/',
        'shared/config/config.ts',
        'shared/log.ts',
        'shared/redis/circuit-breaker.ts',
        'shared/redis/connect.ts',
        'shared/redis/client.ts',
      ],
    ],
    ['shared/redis/', ['shared/redis/', 'shared/config/redis-url.ts', 'shared/log.ts']],
    ['apps/api/polls/', ['apps/api/polls/', 'apps/api/reply.ts', 'shared/']],
    ['apps/api/limits/', ['apps/api/limits/', 'apps/api/reply.ts', 'shared/']],
    ['apps/api/moderation/', ['apps/api/moderation/', 'shared/']],
    [
      'apps/api/operations/',
      [
        'apps/api/operations/',
        'apps/api/context.ts',
        'apps/api/reply.ts',
        'apps/api/limits/',
        'apps/api/moderation/',
        'apps/api/polls/',
        'shared/',
      ],
    ],
    ['shared/queues.ts', ['shared/protocol/', 'shared/config/config.ts', 'shared/log.ts', 'shared/redis/client.ts']],
  ])('of %s stay within %j', (folder, allowed) => {
    expect(offences(folder, within(...allowed))).toEqual([]);
  });

  it('of the polling in the browser library know a transport as a type only', () => {
    expect(
      offences('apps/web/client/polling/', ({ target, typeOnly }) => typeOnly || !target.includes('/transport/')),
    ).toEqual([]);
  });

  it('of the protocol name no package, so that the browser can have it', () => {
    expect(offences('shared/protocol/', ({ isPackage }) => !isPackage)).toEqual([]);
  });

  it('of the browser library and the element name no package, so that they are only what we wrote; pages and tools only the one for QR codes', () => {
    expect(offences('apps/web/', ({ isPackage }) => !isPackage)).toEqual([
      'apps/web/moderation-tools/qr-code.ts -> uqr',
      'apps/web/pages/room.ts -> uqr',
    ]);
  });

  it('of the store and the queues have settings and log as types only', () => {
    for (const folder of ['shared/store/', 'shared/queues.ts']) {
      expect(
        offences(folder, ({ target, typeOnly }) => typeOnly || !/^shared\/(config\/config|log)\.ts$/.test(target)),
      ).toEqual([]);
    }
  });

  it('of the operations do not reach Koa, however indirectly', () => {
    const operations = files.filter((file) => file.startsWith('apps/api/operations/'));
    expect(operations).not.toEqual([]);
    for (const file of operations)
      expect(
        [...reached(file)].filter((target) => /koa/i.test(target)),
        file,
      ).toEqual([]);
  });

  it('form no cycle', () => {
    expect(files.map((file) => cycleFrom(file)).find((cycle) => cycle !== null) ?? 'none').toBe('none');
  });

  it('in apps/web form no cycle, types included', () => {
    const cycles = files.filter((file) => file.startsWith('apps/web/')).map((file) => cycleFrom(file, true));
    expect(cycles.filter((cycle) => cycle !== null)).toEqual([]);
  });
});

describe('imports of the element', () => {
  const element = 'apps/web/element/';
  const ground = ['dom/', 'skeleton.ts', 'texts.ts', 'times.ts', 'counts.ts'];

  // From the bottom up. Only the files beside chat-view.ts import from all folders.
  it.each([
    ['texts.ts', []],
    ['dom/', ['dom/']],
    ['times.ts', ['texts.ts']],
    ['counts.ts', ['dom/', 'texts.ts', 'times.ts']],
    ['skeleton.ts', ['dom/', 'texts.ts']],
    ['attention/', [...ground, 'language/', 'attention/']],
    ['bubble/', [...ground, 'language/', 'bubble/']],
    ['log/', [...ground, 'log/']],
    ['status/', [...ground, 'status/']],
    ['conversations/', [...ground, 'log/', 'status/', 'conversations/']],
    ['people/', [...ground, 'status/', 'conversations/', 'people/']],
    ['talk/', [...ground, 'language/', 'conversations/', 'moderation/', 'talk/']],
    ['language/', ['dom/theme.ts', 'language/']],
    ['search/', [...ground, 'language/', 'log/', 'search/']],
    ['moderation/', [...ground, 'language/', 'log/', 'status/', 'people/', 'moderation/']],
  ])('in %s stay within %j', (folder, allowed) => {
    const outside = ['apps/web/client/', 'shared/protocol/'];
    expect(offences(element + folder, within(...outside, ...allowed.map((one) => element + one)))).toEqual([]);
  });

  it('in its ground do not name the library', () => {
    for (const folder of ground) expect(offences(element + folder, within(element, 'shared/protocol/'))).toEqual([]);
  });

  it('in the moderation tools stay within the ground, and three files of other folders', () => {
    const known = [...ground, 'moderation/load-tools.ts', 'log/notices.ts', 'status/denials.ts'].map(
      (one) => element + one,
    );
    const outside = ['apps/web/moderation-tools/', 'apps/web/client/', 'shared/protocol/'];
    expect(offences('apps/web/moderation-tools/', within(...outside, ...known))).toEqual([]);
  });
});

/** The first way from a file back to itself through imports that are there at run time, or through all. */
function cycleFrom(start: string, withTypes = false): string | null {
  const seen = new Set<string>();
  const ways = [[start]];
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    const found = imports.get(way.at(-1) ?? '') ?? [];
    for (const { target } of withTypes ? found : found.filter(({ typeOnly }) => !typeOnly)) {
      if (target === start) return [...way, start].join(' -> ');
      if (!seen.has(target) && seen.add(target)) ways.push([...way, target]);
    }
  }
  return null;
}

describe("a script for other people's pages", () => {
  const ours =
    /^apps\/web\/(client|element|widgets|moderation-tools|notices|search|talk|bubble|doctor)\/(?!dom\/dom\.ts)/;
  const scripts = files.filter((file) => ours.test(file));

  it.each([
    ['Array.from', /\bArray\.from\(/, '[...list]'],
    ['reduce', /\.reduce(Right)?\(/, 'a loop'],
    [
      'append and its like',
      /(?<!classList|this)\.(append|prepend|before|after|remove|replaceWith|replaceChildren)\(/,
      'those of element/dom/dom.ts',
    ],
  ])('does without %s, which libraries replace with something else', (_, pattern, instead) => {
    expect(scripts.filter((file) => pattern.test(readSource(file))).map((file) => `${file}: use ${instead}`)).toEqual(
      [],
    );
  });
});

describe("a style sheet for other people's pages", () => {
  it.each([
    'element/dom/look.css',
    'element/element.css',
    'moderation-tools/moderation-tools.css',
    ...['bubble', 'notices', 'search', 'talk', 'widgets'].map((name) => `${name}/${name}.css`),
  ])('does without rem, which a page sets: %s', (file) => {
    expect(readSource(`apps/web/${file}`).match(/[\d.]+rem\b/g) ?? []).toEqual([]);
  });
});

describe('the environment', () => {
  it('is read by shared/config/config.ts alone; a main.ts hands it over', () => {
    const readers = files.filter((file) =>
      /\bprocess\s*\.\s*env\b|\bprocess\s*\[/.test(readSource(file).replaceAll('readConfig(process.env)', '')),
    );
    expect(readers).toEqual([]);
    const handing = files.filter((file) => readSource(file).includes('readConfig(process.env)'));
    expect(handing).toEqual(['apps/api/main.ts', 'apps/worker/main.ts']);
  });
});

describe('an operation', () => {
  it.each(Object.keys(OPERATIONS))('%s has a file of its name', (name) => {
    // export and import are words of the language
    expect(readSource(`apps/api/operations/${name}.ts`)).toMatch(new RegExp(`export const ${name}(Room)?\\b`));
  });

  it('is in the table for every file that is one', () => {
    const inTable = new Set(importsOf('apps/api/operations/index.ts').map(({ target }) => target));
    const defined = files.filter(
      (file) => file.startsWith('apps/api/operations/') && /^export const \w+: Operation</m.test(readSource(file)),
    );
    expect(defined.filter((file) => !inTable.has(file))).toEqual([]);
  });
});

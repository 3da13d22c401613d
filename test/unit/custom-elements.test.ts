/** `custom-elements.json` and `elements.d.ts` in apps/web/types name just what the elements have. */
import { describe, expect, it } from 'vitest';
import { readSource, sourcesOf } from '../support/imports.js';

interface Named {
  name: string;
  type?: { text: string };
}
interface Declaration extends Named {
  tagName: string;
  attributes: Named[];
  members: Named[];
  events: Named[];
  cssParts: Named[];
  cssProperties: Named[];
}
const manifest = JSON.parse(readSource('apps/web/types/custom-elements.json')) as {
  modules: { path: string; declarations: Declaration[] }[];
};
const types = readSource('apps/web/types/elements.d.ts');
const folders = ['element', 'moderation-tools', 'notices', 'search', 'talk', 'bubble'].map((one) => `apps/web/${one}`);
const chats = sourcesOf(...folders)
  .map(readSource)
  .join('\n');
const widget = readSource('apps/web/widgets/widget.ts');

/** Each element: where its code is, where it is described, and the attributes that it reads but does not observe. */
const ELEMENTS = {
  'nobackend-chat': {
    code: chats,
    readme: 'apps/web/element/README.md',
    unobserved: ['ask', 'corner', 'texts', 'theme'],
  },
  'nobackend-poll': {
    code: widget + readSource('apps/web/widgets/poll.ts'),
    readme: 'apps/web/widgets/README.md',
    unobserved: ['theme'],
  },
  'nobackend-count': {
    code: widget + readSource('apps/web/widgets/count.ts'),
    readme: 'apps/web/widgets/README.md',
    unobserved: ['theme'],
  },
};
type Tag = keyof typeof ELEMENTS;

const declared = (tag: Tag): Declaration =>
  manifest.modules.flatMap(({ declarations }) => declarations).find(({ tagName }) => tagName === tag) ??
  expect.fail(`${tag} is not in the manifest`);
const names = (list: Named[]): string[] => list.map(({ name }) => name).sort();
const found = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].flatMap(([, one = '']) => one.split(' ')))].sort();
/** The members of an interface of the types, and of those that it extends. */
function membersOf(name: string): string[] {
  const [, parents = '', body = ''] =
    new RegExp(`interface ${name}(?: extends (.*?))? \\{([\\s\\S]*?)\\n\\}`).exec(types) ?? [];
  const own = found(body, /^ {2}(?:readonly |get )?(\w+)\??[:(]/gm);
  return [
    ...new Set([...own, ...(parents.includes('NobackendAttributes') ? membersOf('NobackendAttributes') : [])]),
  ].sort();
}

describe.each(Object.keys(ELEMENTS) as Tag[])('%s', (tag) => {
  const { code, readme, unobserved } = ELEMENTS[tag];
  const { name: className, ...declaration } = declared(tag);

  it('has the attributes that it observes or reads, in manifest, types and README', () => {
    const lists = [...code.matchAll(/observedAttributes(?:: string\[\])? = ([^;]*)/g)].map(([, list = '']) => list);
    const place = /const PLACE = (.*);/.exec(widget)?.[1] ?? '';
    const observed = found(lists.join() + (tag === 'nobackend-chat' ? '' : place), /'(\w+)'/g);
    const expected = [...new Set([...observed, ...unobserved])].sort();
    expect(names(declaration.attributes), 'the attributes in custom-elements.json').toEqual(expected);
    expect(membersOf(className.replace('Element', 'Attributes'))).toEqual(expected);
    const text = readSource(readme);
    for (const attribute of expected.filter((one) => one !== 'way')) expect(text).toContain(`\`${attribute}\``);
  });

  it('has the events that it dispatches', () => {
    const expected = found(code, /new CustomEvent\('(\w+)'/g);
    expect(names(declaration.events), 'the events in custom-elements.json').toEqual(expected);
    expect(membersOf(`${className}Events`)).toEqual(expected);
    for (const { name, type } of declaration.events) {
      expect(types).toMatch(new RegExp(`^ {2}${name}: ${type?.text.replace(/[{}&<>()|]/g, '\\$&')};`, 'm'));
      expect(readSource(readme)).toContain(`vent \`${name}\``);
    }
  });

  it('has the parts, the properties and the members that it has', () => {
    const parts = code.replace(/part: mine \? |'message own' : isMention \? /g, 'part: ');
    expect(names(declaration.cssParts), 'the parts in custom-elements.json').toEqual(
      found(parts, /part: '([\w -]+)'/g),
    );
    expect(names(declaration.cssProperties)).toEqual(
      found(readSource('apps/web/element/dom/look.css'), /var\((--nbc-[\w-]+)/g),
    );
    expect(names(declaration.members)).toEqual(membersOf(className));
    for (const { name } of declaration.members) expect(code).toMatch(new RegExp(`^ {2,4}(?:set )?${name}[:(]`, 'm'));
  });
});

it('all are defined by the script that the manifest names', () => {
  const defined = manifest.modules.map(({ path, declarations }) => {
    const script = readSource(`apps/web/${path === 'element.js' ? 'element' : 'widgets'}/index.ts`);
    return declarations.map(({ tagName }) => [tagName, script.includes(`'${tagName}'`)]);
  });
  expect(defined.flat()).toEqual(Object.keys(ELEMENTS).map((tag) => [tag, true]));
});

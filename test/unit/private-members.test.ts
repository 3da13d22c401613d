/** The private members of classes in a bundle, which the build shortens whatever other objects have. */
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const { markedIn, markPrivate } = (await import('../../apps/web/private-members.js' as string)) as {
  markPrivate(code: string, sourceOf: (file: string) => string): string;
  markedIn(code: string): Map<string, string>;
};

/** Returns a bundle of one file, with its private members marked. */
async function marked(source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, loader: 'ts', sourcefile: 'own.ts' },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'own',
    target: 'es2017',
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  });
  return markPrivate(outputFiles[0]?.text ?? '', () => source);
}

const COUNTER = `
  export class Counter {
    count = 0;
    private open = true;
    constructor(private readonly delegate: Other) {}
    /** Counter: this comment names the class. */
    next(other: Other): number {
      const { open, delegate } = this;
      return open && this.delegate.open ? this.add(1) : other.open;
    }
    private add(n: number): number {
      return (this.count += n);
    }
  }
`.replace(/^ {2}/gm, '');

describe('a private member', () => {
  it('has its own letter: the parameters of the constructor first', async () => {
    const letters = [...markedIn(await marked(COUNTER))].map(([name, letter]) => `${name.slice(1)} ${letter}`);
    expect(letters.sort()).toEqual(['dd s', 'elegate t', 'pen i']);
  });

  it('is marked wherever the class uses it, and no member of another object is', async () => {
    const code = await marked(COUNTER);
    expect(code.match(/\w*\.(?:open|add|delegate)\b/g)).toEqual(['elegate.open', 'other.open']);
    expect(code).toMatch(/\.[\u3400-\u3433]elegate\.open\b/);
    const run = new Function(
      `${code.replace(/[\u3400-\u3433]/g, 'x')}; return new own.Counter({ open: true }).next({});`,
    );
    expect(run()).toBe(1);
  });

  it.each([
    ['names itself', (text: string) => text.replace('other: Other', 'other: Counter')],
    ['looks its members up', (text: string) => text.replace('n: number', "n = this['open']")],
    ['has all of them assigned', (text: string) => text.replace('open &&', 'Object.assign(this, { open }) &&')],
    [
      'has another name for this',
      (text: string) => text.replace('return open &&', 'const me = this; return me.open &&'),
    ],
    [
      'has an object with methods',
      (text: string) => text.replace('return open &&', 'return { get open() { return other.open } }.open && open &&'),
    ],
    ['extends another', (text: string) => text.replace('Counter {', 'Counter extends Array {')],
  ])('keeps its name in a class that %s', async (_, changed) => {
    expect(markedIn(await marked(changed(COUNTER))).size).toBe(0);
  });

  it('cannot be taken apart in a way that the build does not follow', async () => {
    const source = COUNTER.replace('{ open, delegate }', '{ open, delegate: { count } }');
    await expect(marked(source)).rejects.toThrow('simpler way');
  });
});

/**
 * Marks the private members of classes in a bundle, so that the build may shorten them although other objects have
 * members of the same name. TypeScript has checked that no other code knows them.
 */

/**
 * A mark takes the place of a name's first letter. No other name has one, and the columns stay, for the source map. It
 * stands for one of these letters: the name after the build. Objects of different classes can have the same names.
 */
const MARK = 0x3400;
const LETTERS = 'tsienhroacludwfymvpkgbjxqzTSIENHROACLUDWFYMVPKGBJXQZ';
const MARKED = /[\u3400-\u3433]\w*/g;

/** The line by which esbuild begins a file's part of a bundle. */
const FILE = /^( *\/\/ [\w./-]+\.ts\n)/m;
/** A class of a bundle, as esbuild writes it. One that extends another keeps its names. */
const CLASS = /^( *)var (\w+) = class \{\n[\s\S]*?^\1\};/gm;
const COMMENT = /^ *(?:\/\*[\s\S]*?\*\/|\/\/.*)/gm;
const PRIVATE = /(?:^ *|[(,] ?)private (?:(?:readonly|async|get|set) )*(\w+)/gm;
const CONSTRUCTOR = /^ {2}constructor\(/m;
const DESTRUCTURED = /\{([^{}]*)\}( = this;)/g;
/** A member there that is not marked yet, and its new name. */
const TAKEN = /(?<![\u3400-\u3433])\b(\w+)(: \w+)?/g;
/** Ways to reach a member that this file does not follow. Such a class keeps its names. */
const OTHERWISE = /\bthis(?:\[|\.\w\b)|\w = this\b(?!\.)|\bassign\(this\b|\b(?:static|function)\b/;
/** A method of an object within a method: it has another `this`. */
const NESTED = /(?:^ {6,}|\{ )(?:(?:get|set|async) )?\*?(?!(?:if|for|while|switch|catch)\b)\w+\([^\n]*\) \{$/m;

/** `sourceOf`: returns the TypeScript source of a file of the bundle. */
export function markPrivate(code, sourceOf) {
  let file = '';
  const parts = code.split(FILE).map((part) => {
    if (FILE.test(part)) file = part.trim().slice('// '.length);
    return part.replace(CLASS, (body, indent, name) => marked(body, indent, privateIn(sourceOf(file), name)));
  });
  return parts.join('');
}

/** Returns what the build calls the marked names of `code`. */
export const markedIn = (code) =>
  new Map(code.match(MARKED)?.map((name) => [name, LETTERS[name.charCodeAt(0) - MARK]]));

/**
 * Returns the private members of a class that the bundle calls `name`: esbuild may add a number. A class that names
 * itself may know the private members of another object, so it has none here. The parameters of its constructor are
 * first: then all constructors begin alike.
 */
function privateIn(source, name) {
  const known = `${name.replace(/\d+$/, '')}\\d*\\b`;
  const [own = ''] = new RegExp(`^(?:export )?class ${known}[\\s\\S]*?^}`, 'm').exec(source.replace(COMMENT, '')) || [];
  if (own.match(new RegExp(`\\b${known}`, 'g'))?.length !== 1) return [];
  const [before, after = ''] = own.split(CONSTRUCTOR);
  return [...`${after}${before}`.matchAll(PRIVATE)].map(([, one]) => one);
}

function marked(body, indent, names) {
  if (OTHERWISE.test(body) || NESTED.test(body)) return body;
  if (body.match(/\} = this\b(?!\.)/g)?.length !== body.match(DESTRUCTURED)?.length)
    throw new Error(`Take the members of this class apart in a simpler way:\n${body}`);
  return [...new Set(names)].slice(0, LETTERS.length).reduce((text, name, i) => {
    const mark = String.fromCharCode(MARK + i) + name.slice(1);
    return text
      .replace(new RegExp(`\\bthis\\.${name}\\b`, 'g'), `this.${mark}`)
      .replace(new RegExp(`^(${indent}  (?:(?:async|get|set) )?\\*?)${name}(?=\\()`, 'gm'), `$1${mark}`)
      .replace(DESTRUCTURED, (_, list, end) => `{${list.replace(TAKEN, renamed(name, mark))}}${end}`);
  }, body);
}

const renamed =
  (name, mark) =>
  (all, key, rest = `: ${key}`) =>
    key === name ? mark + rest : all;

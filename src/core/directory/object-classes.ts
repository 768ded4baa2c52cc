import type { TypeNames } from './attribute-types.ts';

interface ObjectClass {
  readonly above: readonly string[];
  readonly required: readonly string[];
}

/** Attributes, by the one name of their type, that an entry of these classes must have. */
export type Requirements = (classes: readonly string[]) => ReadonlySet<string>;

/** Combinations of classes that are remembered: a directory has a few dozen. */
const mostKnown = 1_000;

/** What the object classes of a schema require (RFC 4512 §4.1.1: MUST, also of the classes above), from their definitions. */
export function requirementsIn(definitions: readonly string[], typeNames: TypeNames): Requirements {
  const classes = new Map<string, ObjectClass>();
  for (const definition of definitions) {
    const text = definition.replace(/\bDESC\s+'[^']*'/, '');
    const names = namesAfter('NAME', text);
    const one = { above: namesAfter('SUP', text), required: namesAfter('MUST', text).map(typeNames) };
    for (const name of names) classes.set(name, one);
  }
  const known = new Map<string, ReadonlySet<string>>();
  return (asked) => {
    const key = asked.join(' ').toLowerCase();
    const before = known.get(key);
    if (before !== undefined) return before;
    const required = new Set<string>();
    const open = asked.map((name) => name.toLowerCase());
    const seen = new Set<string>();
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const one = classes.get(name);
      if (one === undefined || seen.has(name)) continue;
      seen.add(name);
      for (const attribute of one.required) required.add(attribute);
      for (const above of one.above) open.push(above);
    }
    if (known.size >= mostKnown) known.clear();
    known.set(key, required);
    return required;
  };
}

/**
 * What OpenLDAP requires whatever its schema looks like, for when nobody shows it (a file, a server that hides it): a group
 * of these classes has members, or is not there (RFC 4519 §3.5, §3.6). 389 and others let them be empty.
 */
export const requiredOfGroups: Requirements = requirementsIn(
  ["( 2.5.6.9 NAME 'groupOfNames' MUST member )", "( 2.5.6.17 NAME 'groupOfUniqueNames' MUST uniqueMember )"],
  (spelled) => spelled.toLowerCase(),
);

/** `NAME 'a'`, `NAME ( 'a' 'b' )`, `MUST cn`, `MUST ( cn $ member )`: the names in lower case. */
export function namesAfter(word: string, text: string): string[] {
  const [, several, one] = new RegExp(`\\b${word}\\s+(?:\\(([^()]*)\\)|'?([\\w.;-]+)'?)`).exec(text) ?? [];
  return (several ?? one ?? '')
    .toLowerCase()
    .split(/[\s$']+/)
    .filter((name) => name !== '');
}

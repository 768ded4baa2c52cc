import { RE2JS } from 're2js';

/**
 * A regular expression that runs in linear time, whatever the pattern and the text (RE2; no look-around and no
 * back-references). JavaScript's own engine takes seconds for 30 characters of a pattern like `(a+)+$`.
 *
 * @throws Error when it is none
 */
export function pattern(source: string): RE2JS {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const made = RE2JS.compile(source);
  if (compiled.size < 1000) compiled.set(source, made);
  return made;
}

/** Patterns are literals of the configuration: there are as many as someone wrote. */
const compiled = new Map<string, RE2JS>();

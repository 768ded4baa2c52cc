import { typeName } from '../directory/attribute-types.ts';
import { wellKnownAttributes } from '../directory/well-known-attributes.ts';
import { bareWords } from '../expression/bare-words.ts';
import type { Expression } from '../expression/expression.ts';
import { nearest } from '../expression/nearest.ts';
import type { EntryList } from '../model/entries.ts';
import type { ResourceType } from '../model/entry.ts';
import type { Finding } from '../model/finding.ts';

/** An expression of the configuration, and where it stands. */
export interface ExpressionUse {
  readonly place: string;
  readonly type: ResourceType;
  readonly expression: Expression;
}

/** Names of attributes in lower case: of a schema, or of a file. Undefined where a server hides its schema. */
export type KnownAttributeNames = readonly string[] | undefined;

/**
 * Attributes that no entry and no schema has: a slip, or a text without quotes.
 *
 * @param schemas of the directories that the expressions are about
 */
export function lintExpressions(
  uses: readonly ExpressionUse[],
  entries: EntryList,
  schemas: readonly KnownAttributeNames[],
): Finding[] {
  const vocabulary = vocabularyOf(schemas);
  const present = { user: namesIn(entries, 'user'), group: namesIn(entries, 'group') };
  return uses.flatMap(({ place, type, expression }): Finding[] => {
    const unknown = [...expression.attributes].filter((name) => !present[type].has(name) && !vocabulary.has(name));
    if (unknown.length === 0) return [];
    const bare = new Map(bareWords(expression.source).map((word) => [word.toLowerCase(), word]));
    return unknown.map((name): Finding => {
      const word = bare.get(name);
      if (word !== undefined) {
        return {
          severity: 'warning',
          rule: 'quotes_forgotten',
          place,
          text: `${word} is read as an attribute, and no ${type} and no schema has one of that name; as a text it is written "${word}"`,
        };
      }
      const spelled = spelling(name, expression.source);
      return {
        severity: 'warning',
        rule: 'unknown_attribute',
        place,
        text: `no ${type} has ${spelled}, and no schema knows it${meant(name, [...present[type], ...vocabulary.names])}`,
      };
    });
  });
}

/** The same for the attributes of a filter, of which no entries were read. */
export function lintFilter(attributes: readonly string[], place: string, schema: KnownAttributeNames): Finding[] {
  const vocabulary = vocabularyOf([schema]);
  return attributes
    .filter((name) => !vocabulary.has(name.toLowerCase()) && !/^[0-9.]+$/.test(name))
    .map((name): Finding => ({
      severity: 'warning',
      rule: 'unknown_attribute',
      place,
      text: `no schema knows ${name}${meant(name, vocabulary.names)}`,
    }));
}

interface Vocabulary {
  readonly names: readonly string[];
  /** By its name in lower case, with or without options. */
  has(name: string): boolean;
}

/** What the standards know counts where a schema says nothing, and in files, which show no more than is used. */
function vocabularyOf(schemas: readonly KnownAttributeNames[]): Vocabulary {
  const named = schemas.flatMap((names) => names ?? []);
  const isWhole = schemas.length > 0 && schemas.every((names) => names !== undefined && names.length >= wholeSchema);
  const names = isWhole ? named : [...named, ...wellKnownAttributes];
  const known = new Set(names.flatMap((name) => [name.toLowerCase(), typeName(name)]));
  return { names, has: (name) => known.has(withoutOptions(name)) || known.has(typeName(withoutOptions(name))) };
}

/** No server's schema has fewer attribute types. */
const wholeSchema = 200;

function withoutOptions(name: string): string {
  return name.toLowerCase().split(';')[0] ?? name;
}

function namesIn(entries: EntryList, type: ResourceType): ReadonlySet<string> {
  const names = new Set<string>();
  for (const entry of entries) if (entry.type === type) for (const name of entry.attributes.keys()) names.add(name);
  return names;
}

function meant(name: string, candidates: readonly string[]): string {
  const found = nearest(name, candidates);
  if (found === undefined) return '';
  const spelled = wellKnownAttributes.find((known) => known.toLowerCase() === found.toLowerCase()) ?? found;
  return `; did you mean ${spelled}?`;
}

/** As the author spells it. */
function spelling(name: string, source: string): string {
  const at = source.toLowerCase().indexOf(name);
  return at < 0 ? name : source.slice(at, at + name.length);
}

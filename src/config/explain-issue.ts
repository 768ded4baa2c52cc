import type * as z from 'zod';
import { nearest } from '../core/expression/nearest.ts';
import type { ConfigPath } from './place.ts';
import type { Problem } from './problem.ts';
import { flawOf } from './schema/flaw.ts';
import { lookUp, type SchemaPlace } from './schema/look-up.ts';
import { notYetSentence } from './schema/not-yet.ts';
import type { YamlText } from './yaml-text.ts';

type Issue = z.core.$ZodIssue;

/** What the schema found, in words for the author of the file. */
export function explainIssue(
  issue: Issue,
  text: YamlText,
  schema: z.core.$ZodType,
  around: ConfigPath = [],
): Problem[] {
  const path: ConfigPath = [...around, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  const place = lookUp(schema, path);
  switch (issue.code) {
    case 'custom':
      return [{ path, at: 'value', ...flawOf(issue) }];
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues.flatMap((inner) =>
        explainIssue(inner, text, schema, path).map((problem) => ({ ...problem, at: 'key' as const })),
      );
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], place));
    case 'invalid_union':
      return bestBranch(issue).flatMap((inner) =>
        inner === undefined ? [wrongType(path, place, issue, text)] : explainIssue(inner, text, schema, path),
      );
    case 'invalid_type':
      return [wrongType(path, place, issue, text)];
    case 'invalid_value':
      return [wrongChoice(path, place, issue)];
    case 'too_small':
      return [{ path, at: 'value', what: smallSentence(issue) }];
    case 'too_big':
      return [{ path, at: 'value', what: `this may be ${issue.maximum} at most` }];
    default:
      return [{ path, at: 'value', what: 'this value is not valid', fix: hint(place?.description) }];
  }
}

/** The complaints of the alternative that the author meant: the one whose type fits. Undefined when none does. */
function bestBranch(issue: z.core.$ZodIssueInvalidUnion): readonly (Issue | undefined)[] {
  const fitting = issue.errors.find(
    (branch) =>
      !branch.some(
        (inner) => inner.path.length === 0 && (inner.code === 'invalid_type' || inner.code === 'invalid_value'),
      ),
  );
  return fitting ?? [undefined];
}

function unknownKey(path: ConfigPath, place: SchemaPlace | undefined): Problem {
  const later = notYetSentence(path);
  if (later !== undefined) return { path, at: 'key', what: later };
  const keys = place?.keys ?? [];
  const meant = nearest(String(path.at(-1)), keys);
  return {
    path,
    at: 'key',
    what: 'this key is unknown',
    fix: meant === undefined ? `known here: ${keys.join(', ')}` : `did you mean ${meant}?`,
  };
}

function wrongType(path: ConfigPath, place: SchemaPlace | undefined, issue: Issue, text: YamlText): Problem {
  const { input } = issue;
  if (input === undefined)
    return { path, at: 'value', what: 'this is missing', fix: hint(place?.description ?? place?.form) };
  const expected = place?.form ?? (issue.code === 'invalid_type' ? typeName(issue.expected) : 'something else');
  if (input === null) {
    const fix = place?.quotable === true ? 'a text that begins with # must be in quotes' : undefined;
    return { path, at: 'value', what: `this has no value; expected: ${expected}`, fix };
  }
  const number = unquoted(path, input, place, text);
  if (number !== undefined) return { path, at: 'value', ...number };
  return { path, at: 'value', what: `expected: ${expected}; found: ${kindOf(input)}` };
}

/** A text that YAML takes for a number or a truth value: `0123` is the number 123, and the zero is gone. */
function unquoted(
  path: ConfigPath,
  input: unknown,
  place: SchemaPlace | undefined,
  text: YamlText,
): Pick<Problem, 'what' | 'fix'> | undefined {
  const written = text.written(path);
  if (written === undefined || place?.quotable !== true || (typeof input !== 'number' && typeof input !== 'boolean'))
    return undefined;
  const read = `without quotes, YAML reads ${written} as the ${typeof input === 'number' ? 'number' : 'truth value'} ${String(input)}`;
  return { what: `expected: ${place.form ?? 'a text'}; ${read}`, fix: `write '${written}'` };
}

function wrongChoice(path: ConfigPath, place: SchemaPlace | undefined, issue: z.core.$ZodIssueInvalidValue): Problem {
  const { input, values } = issue;
  if (input === undefined) return { path, at: 'value', what: 'this is missing', fix: hint(place?.description) };
  if (typeof input !== 'string')
    return { path, at: 'value', what: `expected: ${values.join(', ')}; found: ${kindOf(input)}` };
  const later = place?.later;
  if (later !== undefined && (later.values === undefined || later.values.includes(input)))
    return { path, at: 'value', what: `${input} ${later.what}` };
  const meant = nearest(input, values.map(String));
  return {
    path,
    at: 'value',
    what: `"${input}" is not one of ${values.join(', ')}`,
    fix: meant === undefined ? undefined : `did you mean ${meant}?`,
  };
}

function smallSentence(issue: z.core.$ZodIssueTooSmall): string {
  if (issue.origin === 'string') return 'this text is empty';
  if (issue.origin === 'array') return 'this list is empty';
  return issue.inclusive === false ? `this must be above ${issue.minimum}` : `this must be ${issue.minimum} or more`;
}

function typeName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    object: 'a section with keys',
    record: 'a section with keys',
    array: 'a list',
    string: 'a text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
  };
  return names[expected] ?? expected;
}

/** What stands there, without showing it: a secret may stand in the wrong place. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'number') return 'a number';
  return typeof value === 'boolean' ? 'true or false' : 'a section with keys';
}

/** The description of a key, as the second half of a sentence. */
function hint(description: string | undefined): string | undefined {
  return description
    ?.replaceAll('`', '')
    .replace(/\.$/, '')
    .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

import { parseFilter } from '../../core/directory/filter.ts';
import { compileExpression, isProblem } from '../../core/expression/compile.ts';
import { editorSchema } from '../../config/json-schema.ts';
import { configName } from '../../config/schema/values.ts';

/**
 * A configuration for somebody else's eyes, as it was written, right or wrong. Nothing is taken out because it looks
 * like a secret or a person: everything goes but what is known to be neither.
 *
 * | in the file | stays |
 * |---|---|
 * | keys of the schema, names of targets and directories, paths of a map | as they are; any other key as `(unknown)` |
 * | true, false; numbers, where a key takes one | as they are |
 * | words of the schema and shipped profiles (`openldap`, `deactivate`, `slack`), times, addresses to listen on, where a key takes such | as they are |
 * | expressions, filters, DNs | functions, operators, names of attributes, numbers below 100; values and comments are left out |
 * | addresses | scheme, host and port |
 * | all else: accounts, paths of files, names of variables, headers | left out |
 */
export function redactConfiguration(value: unknown, profiles: ReadonlySet<string>): unknown {
  return redact(value, [], profiles);
}

const left = '…';

/** Keys below which anybody may name what they like: by how the path to them ends. */
const named: readonly (readonly [RegExp, (name: string) => string])[] = [
  [/^(?:directories|targets)$/, (name) => (configName.safeParse(name).success ? name : '(unknown)')],
  [/(?:^|\.)map$/, mapPath],
  [/\.(?:headers|parameters|attributes)$/, () => '(name)'],
];

/** Attributes that every directory or target has, times, cron expressions, and addresses to listen on. */
const plain =
  /^(?:(?:entryUUID|objectGUID|nsUniqueId|externalId|userName|displayName|emails\.value)|\d+(?:\.\d+)?(?:ms|s|m|h|d)?|[\d*,/ -]{9,40}|(?:[\d.]{7,15}|\[[\da-f:]+\]|localhost):\d+)$/;

/** Keys whose text may be plain. In the place of a secret or an account, `8675309` is one. */
const plainKeys = new Set(
  'idAttribute readTimeout deleteAfter longestLeap poll full verify probe keep listen match seatOrder'.split(' '),
);

const { keys: schemaKeys, numberKeys, wordKeys, words: schemaWords } = readSchema();

/** The keys of the schema, those that take a number or a word of a list, and those words. */
function readSchema() {
  const keys = new Set<string>();
  const numberKeys = new Set<string>();
  const wordKeys = new Set<string>(['profile', 'extends']);
  const words = new Set<unknown>();
  const read = (schema: unknown, key: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    if ('type' in schema && (schema.type === 'number' || schema.type === 'integer')) numberKeys.add(key);
    if ('enum' in schema && Array.isArray(schema.enum)) {
      wordKeys.add(key);
      for (const word of schema.enum) words.add(word);
    }
    for (const [part, inside] of Object.entries(schema)) {
      if (part !== 'properties') {
        read(inside, key);
        continue;
      }
      for (const [name, one] of Object.entries(inside as object)) {
        keys.add(name);
        read(one, name);
      }
    }
  };
  read(JSON.parse(editorSchema()), '');
  return { keys, numberKeys, wordKeys, words };
}

function redact(value: unknown, path: readonly string[], profiles: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((one) => redact(one, path, profiles));
  if (typeof value === 'object' && value !== null) {
    const nameOf = named.find(([place]) => place.test(path.join('.')))?.[1] ?? knownKey;
    return Object.fromEntries(
      Object.entries(value).map(([key, inside], index) => {
        const name = nameOf(key);
        // Several that are left out are still several.
        return [name.startsWith('(') ? `${name} ${index + 1}` : name, redact(inside, [...path, name], profiles)];
      }),
    );
  }
  if (typeof value === 'string') return redactText(value, path, profiles);
  return typeof value !== 'number' || numberKeys.has(path.at(-1) ?? '') ? value : left;
}

function knownKey(key: string): string {
  return schemaKeys.has(key) ? key : '(unknown)';
}

function redactText(text: string, path: readonly string[], profiles: ReadonlySet<string>): string {
  const key = path.at(-1) ?? '';
  if (['url', 'urls', 'tokenUrl', 'webhook'].includes(key)) return originOf(text);
  if (['where', 'value'].includes(key) || path.at(-2) === 'map') return withoutLiterals(text);
  if (key === 'filter') return withoutAssertions(text);
  if (['bases', 'memberOf'].includes(key)) return withoutNames(text);
  if (plainKeys.has(key) && plain.test(text)) return text;
  return wordKeys.has(key) && (schemaWords.has(text) || profiles.has(text)) ? text : left;
}

function originOf(text: string): string {
  const url = URL.parse(text);
  return url === null || url.hostname === '' ? left : `${url.protocol}//${url.host}/${left}`;
}

/**
 * Of an expression: what stands in quotes or in a comment may be anybody's name, and a long number theirs. Comments and
 * texts in three quotes are rare: with one, all of it goes.
 */
function withoutLiterals(text: string): string {
  if (/"""|'''/.test(text) || isProblem(compileExpression(text, 'any'))) return left;
  const structure = text.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, `"${left}"`);
  return structure.includes('//') ? left : structure.replace(/\b(?:0x[\da-f]+|\d{3,})u?\b/gi, left);
}

/** Of a filter (RFC 4515): attributes and structure, and the values of those that say what kind of thing an entry is. */
function withoutAssertions(text: string): string {
  try {
    parseFilter(text);
  } catch {
    return left;
  }
  return text.replace(/([\w.;-]*)([~<>:]?=)([^()]*)/g, (whole, attribute: string, operator: string, value: string) =>
    value === '*' || /^(?:objectClass|objectCategory|sAMAccountType)$/i.test(attribute)
      ? whole
      : `${attribute}${operator}${left}`,
  );
}

/** Of a DN: how deep it goes, and by which attributes. */
function withoutNames(text: string): string {
  return [...text.matchAll(/(?:^|[,;+])\s*([A-Za-z]{1,20})=/g)].map(([, type = '']) => `${type}=${left}`).join(',');
}

/** A path of SCIM: attributes and schemas. Of its filter, the usual kinds of addresses and numbers alone stay. */
function mapPath(path: string): string {
  return /^[\w.:-]+(?:\[\w+ eq "(?:work|home|mobile|other|fax|pager)"\](?:\.\w+)?)?$/.test(path) ? path : '(path)';
}

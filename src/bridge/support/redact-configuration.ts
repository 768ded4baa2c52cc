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
 * | numbers, true, false | as they are |
 * | words of the schema and shipped profiles (`openldap`, `deactivate`, `slack`), times, addresses to listen on | as they are |
 * | expressions, filters, DNs | functions, operators and names of attributes; values are left out |
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

/** Words of the schema, attributes that every directory or target has, times, cron expressions, and addresses to listen on. */
const plain =
  /^(?:(?:entryUUID|objectGUID|nsUniqueId|externalId|userName|displayName|emails\.value)|\d+(?:\.\d+)?(?:ms|s|m|h|d)?|[\d*,/ -]{9,40}|(?:[\d.]{7,15}|\[[\da-f:]+\]|localhost):\d+)$/;

const schema = editorSchema();
const schemaKeys = new Set([...schema.matchAll(/"([A-Za-z]\w*)": \{/g)].map(([, key = '']) => key));
/** What may stand in an enumeration of the schema. */
const schemaWords = new Set(
  [...schema.matchAll(/"enum": \[([^\]]*)\]/g)].flatMap(([, list = '']) => JSON.parse(`[${list}]`) as string[]),
);

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
  return typeof value === 'string' ? redactText(value, path, profiles) : value;
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
  return schemaWords.has(text) || plain.test(text) || profiles.has(text) ? text : left;
}

function originOf(text: string): string {
  const url = URL.parse(text);
  return url === null || url.hostname === '' ? left : `${url.protocol}//${url.host}/${left}`;
}

/** Of an expression: what stands in quotes may be anybody's name. */
function withoutLiterals(text: string): string {
  if (isProblem(compileExpression(text, 'any'))) return left;
  return text.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, `"${left}"`);
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

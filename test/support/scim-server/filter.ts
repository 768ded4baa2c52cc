import { get, isObject, type Json, type Kind, ScimError } from './protocol.ts';
import { attributeNamed, coreAttributes, extensionAttributes, type Attribute } from './schema.ts';

/**
 * Filters (RFC 7644 §3.4.2.2): `eq`, `and` and `or`, with value paths (`emails[type eq "work" and value eq "x"]`), which
 * is what many products support, and no more. Everything else is answered with invalidFilter.
 */
export type Filter =
  | { readonly kind: 'and'; readonly parts: readonly Filter[] }
  | { readonly kind: 'or'; readonly parts: readonly Filter[] }
  | {
      readonly kind: 'eq';
      readonly schema: string | undefined;
      readonly names: readonly string[];
      readonly value: string | boolean | number | null;
    }
  | { readonly kind: 'element'; readonly schema: string | undefined; readonly name: string; readonly inner: Filter };

const attributePath = /^(?:(?<schema>urn:[^\s[\]]+):)?(?<names>[A-Za-z$][\w$-]*(?:\.[A-Za-z$][\w$-]*)?)/i;
const literal = /^(?:"(?:[^"\\]|\\.)*"|true|false|null|-?\d+(?:\.\d+)?)/;

/** Reads a whole filter. @throws ScimError invalidFilter */
export function parseFilter(text: string): Filter {
  const cursor = { rest: text.trim() };
  const filter = readOr(cursor, true);
  if (cursor.rest !== '') throw invalid(`not understood: ${cursor.rest}`);
  return filter;
}

interface Cursor {
  rest: string;
}

function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | undefined {
  const match = pattern.exec(cursor.rest);
  if (match === null) return undefined;
  cursor.rest = cursor.rest.slice(match[0].length).trimStart();
  return match;
}

/** `or` binds less than `and`. */
function readOr(cursor: Cursor, valuePaths: boolean): Filter {
  return readParts(cursor, 'or', () => readParts(cursor, 'and', () => readTerm(cursor, valuePaths)));
}

function readParts(cursor: Cursor, kind: 'and' | 'or', read: () => Filter): Filter {
  const first = read();
  const parts = [first];
  while (take(cursor, kind === 'and' ? /^and\b/i : /^or\b/i) !== undefined) parts.push(read());
  return parts.length === 1 ? first : { kind, parts };
}

function readTerm(cursor: Cursor, valuePaths: boolean): Filter {
  const groups = take(cursor, attributePath)?.groups;
  const names = groups?.['names']?.split('.') ?? [];
  const schema = groups?.['schema'];
  const [name] = names;
  if (name === undefined) throw invalid(`no attribute: ${cursor.rest}`);
  if (valuePaths && names.length === 1 && take(cursor, /^\[/) !== undefined) {
    const inner = readOr(cursor, false);
    if (take(cursor, /^\]/) === undefined) throw invalid('a bracket is not closed');
    return { kind: 'element', schema, name, inner };
  }
  if (take(cursor, /^eq(?=\s)/i) === undefined) throw invalid(`only eq is supported: ${cursor.rest}`);
  const value = take(cursor, literal)?.[0];
  if (value === undefined) throw invalid(`no JSON value: ${cursor.rest}`);
  return { kind: 'eq', schema, names, value: parseLiteral(value) };
}

function parseLiteral(text: string): string | boolean | number | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('the value is not JSON');
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value;
  throw invalid('the value is not a JSON literal');
}

function invalid(detail: string): ScimError {
  return new ScimError(400, `filter: ${detail}`, 'invalidFilter', true);
}

/** Does a resource meet a filter? Unknown attributes are refused: a filter that can never match hides mistakes. */
export function matchesResource(filter: Filter, kind: Kind, resource: Json, ignoresCase = true): boolean {
  if (filter.kind === 'and') return filter.parts.every((part) => matchesResource(part, kind, resource, ignoresCase));
  if (filter.kind === 'or') return filter.parts.some((part) => matchesResource(part, kind, resource, ignoresCase));
  const extension =
    filter.schema === undefined || filter.schema.toLowerCase().endsWith(`core:2.0:${kind.toLowerCase()}`)
      ? undefined
      : filter.schema;
  const attributes = extension === undefined ? coreAttributes(kind) : extensionAttributes(kind, extension);
  const root = extension === undefined ? resource : get(resource, extension);
  if (attributes === undefined) throw invalid(`unknown schema ${extension ?? ''}`);
  if (filter.kind === 'eq') return holds(filter, attributes, isObject(root) ? root : {}, ignoresCase);
  const attribute = attributeNamed(attributes, filter.name);
  if (attribute?.multiValued !== true) throw invalid(`${filter.name} has no elements`);
  const elements = isObject(root) ? get(root, attribute.name) : undefined;
  return (
    Array.isArray(elements) &&
    elements.some((element) => isObject(element) && matchesElement(filter.inner, attribute, element))
  );
}

/** Does one element of a multi-valued attribute meet what stands in the brackets? */
export function matchesElement(filter: Filter, attribute: Attribute, element: Json): boolean {
  if (filter.kind === 'and') return filter.parts.every((part) => matchesElement(part, attribute, element));
  if (filter.kind === 'or') return filter.parts.some((part) => matchesElement(part, attribute, element));
  if (filter.kind === 'element') throw invalid('brackets in brackets');
  return holds(filter, attribute.sub, element);
}

function holds(
  { names, value }: Extract<Filter, { kind: 'eq' }>,
  attributes: readonly Attribute[],
  root: Json,
  ignoresCase = true,
): boolean {
  const [name, ...deeper] = names;
  const attribute = name === undefined ? undefined : attributeNamed(attributes, name);
  if (attribute === undefined) throw invalid(`unknown attribute ${names.join('.')}`);
  const held = get(root, attribute.name);
  const candidates: readonly unknown[] = Array.isArray(held) ? held : [held];
  if (attribute.type === 'complex') {
    const inner = { kind: 'eq' as const, schema: undefined, names: deeper.length === 0 ? ['value'] : deeper, value };
    return candidates.filter(isObject).some((one) => holds(inner, attribute.sub, one, ignoresCase));
  }
  return candidates.some((candidate) => same(candidate, value, attribute.caseExact || !ignoresCase));
}

function same(held: unknown, value: unknown, caseExact: boolean): boolean {
  if (typeof held !== 'string' || typeof value !== 'string' || caseExact) return (held ?? null) === value;
  return held.toLowerCase() === value.toLowerCase();
}

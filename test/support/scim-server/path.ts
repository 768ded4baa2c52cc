import { parseFilter, type Filter } from './filter.ts';
import { type Kind, urn, violation } from './protocol.ts';
import { attributeNamed, coreAttributes, extensionAttributes, type Attribute } from './schema.ts';

/** Where a PATCH operation points to (RFC 7644 §3.5.2, figure 7), looked up in the schema. */
export interface Place {
  /** URN of the extension, or undefined for the core schema. */
  readonly schema: string | undefined;
  readonly attribute: Attribute;
  readonly filter: Filter | undefined;
  readonly sub: Attribute | undefined;
}

const grammar =
  /^(?:(?<schema>urn:[A-Za-z0-9:._-]+):)?(?<attribute>[A-Za-z$][\w$-]*)(?:\[(?<filter>.+)\])?(?:\.(?<sub>[A-Za-z$][\w$-]*))?$/i;

/** Reads a path. @throws ScimError invalidPath, for what is not a path or names no attribute */
export function parsePath(kind: Kind, text: unknown): Place {
  const groups = typeof text === 'string' ? grammar.exec(text)?.groups : undefined;
  const name = groups?.['attribute'];
  if (groups === undefined || name === undefined) throw violation(`not a path: ${JSON.stringify(text)}`, 'invalidPath');
  const named = groups['schema'];
  const schema = named?.toLowerCase() === urn[kind].toLowerCase() ? undefined : named;
  const attributes = schema === undefined ? coreAttributes(kind) : extensionAttributes(kind, schema);
  const attribute = attributes === undefined ? undefined : attributeNamed(attributes, name);
  if (attribute === undefined) throw violation(`no attribute ${String(text)}`, 'invalidPath');
  if (attribute.readOnly) throw violation(`${attribute.name} is read-only`, 'mutability');
  if (groups['filter'] !== undefined && !attribute.multiValued)
    throw violation(`${attribute.name} has no elements`, 'invalidPath');
  const sub = groups['sub'] === undefined ? undefined : attributeNamed(attribute.sub, groups['sub']);
  if (groups['sub'] !== undefined && sub === undefined)
    throw violation(`no sub-attribute ${String(text)}`, 'invalidPath');
  if (sub?.readOnly === true) throw violation(`${String(text)} is read-only`, 'mutability');
  const filter = groups['filter'] === undefined ? undefined : parseFilter(groups['filter']);
  return { schema, attribute, filter, sub };
}

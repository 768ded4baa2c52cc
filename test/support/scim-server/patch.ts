import { matchesElement, type Filter } from './filter.ts';
import { parsePath, type Place } from './path.ts';
import { get, isObject, isUnassigned, keyOf, ScimError, urn, violation, type Json, type Kind } from './protocol.ts';
import { attributeNamed, complaintAbout, complaintAboutOne, coreAttributes, type Attribute } from './schema.ts';

/** In what an applier may differ from the RFC. */
export interface PatchRules {
  readonly noMatch: 'refused' | 'adds';
  readonly addReplaces: boolean;
  readonly repeated: 'once' | 'twice';
  /** Whether `remove` of members takes the values to remove. */
  readonly valueRemovals: boolean;
}

/** Applies a PatchOp message to a resource in place (RFC 7644 §3.5.2); the caller gives a copy, so that it is atomic. */
export function applyPatch(kind: Kind, resource: Json, message: unknown, rules: PatchRules): void {
  if (!isObject(message)) throw violation('a PATCH needs a JSON object', 'invalidSyntax');
  const { schemas, Operations: operations, ...rest } = message;
  if (!Array.isArray(schemas) || schemas.length !== 1 || schemas[0] !== urn.patch)
    throw violation('schemas is not that of PatchOp', 'invalidSyntax');
  if (!Array.isArray(operations) || operations.length === 0) throw violation('no Operations', 'invalidSyntax');
  if (Object.keys(rest).length > 0)
    throw violation(`unknown members of a PatchOp: ${Object.keys(rest).join(', ')}`, 'invalidSyntax');
  for (const operation of operations) applyOperation(kind, resource, operation, rules);
}

function applyOperation(kind: Kind, resource: Json, operation: unknown, rules: PatchRules): void {
  if (!isObject(operation)) throw violation('an operation is not an object', 'invalidSyntax');
  const { op, path, value } = operation;
  const surplus = Object.keys(operation).filter((key) => !['op', 'path', 'value'].includes(key));
  if (surplus.length > 0) throw violation(`unknown members of an operation: ${surplus.join(', ')}`, 'invalidSyntax');
  if (op !== 'add' && op !== 'replace' && op !== 'remove')
    throw violation(`unknown op ${JSON.stringify(op)}`, 'invalidSyntax');
  if (op === 'remove') {
    if (path === undefined) throw new ScimError(400, 'remove needs a path', 'noTarget', true);
    const place = parsePath(kind, path);
    if (value === undefined) remove(resource, place);
    else if (rules.valueRemovals && place.attribute.name === 'members' && Array.isArray(value))
      removeValues(resource, place, value);
    else throw violation('remove takes no value', 'invalidSyntax');
    return;
  }
  if (isUnassigned(value)) throw violation(`${op} needs a value`, 'invalidValue');
  if (path !== undefined) {
    write(op, resource, parsePath(kind, path), value, rules);
    return;
  }
  if (!isObject(value)) throw violation(`${op} without a path needs an object`, 'invalidValue');
  for (const [name, one] of pathsIn(value)) write(op, resource, parsePath(kind, name), one, rules);
}

/** What a value without a path is about; the attributes of an extension lie in an object under its URN. */
export function pathsIn(value: Json): (readonly [path: string, value: unknown])[] {
  return Object.entries(value).flatMap(([name, one]) =>
    /^urn:/i.test(name) && isObject(one) && extensionNames.has(name.toLowerCase())
      ? Object.entries(one).map(([sub, inner]) => [`${name}:${sub}`, inner] as const)
      : [[name, one] as const],
  );
}

const extensionNames: ReadonlySet<string> = new Set([urn.enterprise.toLowerCase()]);

function write(op: 'add' | 'replace', resource: Json, place: Place, value: unknown, rules: PatchRules): void {
  const { attribute, filter, sub } = place;
  const root = rootFor(resource, place.schema);
  const key = keyOf(root, attribute.name);
  if (filter !== undefined) {
    const list = elementsOf(root[key]);
    const hits = list.filter((element) => matchesElement(filter, attribute, element));
    if (hits.length === 0 && (rules.noMatch === 'refused' || attribute.name === 'members')) {
      throw new ScimError(400, `nothing matches ${attribute.name}[…]`, 'noTarget');
    }
    if (hits.length === 0) {
      const made = elementFor(filter);
      hits.push(made);
      list.push(made);
      root[key] = list;
    }
    for (const hit of hits) {
      if (sub !== undefined) hit[keyOf(hit, sub.name)] = checked(sub, value);
      else Object.assign(hit, checkedOne(attribute, value));
      if (hit['primary'] === true) onlyPrimary(list, hit);
    }
    return;
  }
  if (sub !== undefined) {
    if (attribute.multiValued)
      throw violation(`${attribute.name}.${sub.name} does not say which element`, 'invalidPath');
    const held = root[key];
    const object = isObject(held) ? held : {};
    object[keyOf(object, sub.name)] = checked(sub, value);
    root[key] = object;
  } else if (attribute.multiValued && op === 'add') {
    const held = rules.addReplaces ? [] : elementsOf(root[key]);
    root[key] = append(attribute, held, Array.isArray(value) ? value : [value], rules.repeated);
  } else if (attribute.type === 'complex' && !attribute.multiValued) {
    const held = root[key];
    root[key] = { ...(isObject(held) ? held : {}), ...checkedOne(attribute, value) };
  } else {
    root[key] = checked(attribute, value);
  }
}

/** Values that are there already are not added again (§3.5.2.1). */
function append(attribute: Attribute, held: Json[], added: readonly unknown[], repeated: 'once' | 'twice'): Json[] {
  const list = [...held];
  const known = new Set(list.map(identity));
  for (const one of added) {
    const element = checkedOne(attribute, one);
    if (known.has(identity(element)) && repeated === 'once') continue;
    known.add(identity(element));
    list.push(element);
    if (element['primary'] === true) onlyPrimary(list, element);
  }
  return list;
}

/** The element that a filter describes: {type: "work"} for `type eq "work"`. */
function elementFor(filter: Filter): Json {
  if (filter.kind === 'eq') return { [filter.names[0] ?? '']: filter.value };
  return filter.kind === 'and'
    ? Object.fromEntries(filter.parts.flatMap((part) => Object.entries(elementFor(part))))
    : {};
}

function identity(element: Json): string {
  const { value, type } = element;
  return typeof value === 'string'
    ? JSON.stringify([value, type === 'User' ? undefined : type])
    : JSON.stringify(element);
}

function onlyPrimary(list: readonly Json[], primary: Json): void {
  for (const other of list) if (other !== primary && other['primary'] === true) other['primary'] = false;
}

function remove(resource: Json, { schema, attribute, filter, sub }: Place): void {
  const root = schema === undefined ? resource : get(resource, schema);
  if (!isObject(root)) return;
  const key = keyOf(root, attribute.name);
  if (attribute.required && sub === undefined) throw new ScimError(400, `${attribute.name} is required`, 'mutability');
  if (filter === undefined) {
    const held = root[key];
    if (sub === undefined) Reflect.deleteProperty(root, key);
    else if (isObject(held)) Reflect.deleteProperty(held, keyOf(held, sub.name));
    return;
  }
  const list = elementsOf(root[key]);
  const hits = new Set(list.filter((element) => matchesElement(filter, attribute, element)));
  if (hits.size === 0) throw new ScimError(400, `nothing matches ${attribute.name}[…]`, 'noTarget');
  if (sub === undefined) root[key] = list.filter((element) => !hits.has(element));
  else for (const hit of hits) Reflect.deleteProperty(hit, keyOf(hit, sub.name));
}

/** Outside of the RFC; who is not there is no matter. */
function removeValues(resource: Json, { attribute }: Place, values: readonly unknown[]): void {
  const gone = new Set(values.map((value) => (isObject(value) ? value['value'] : value)));
  const key = keyOf(resource, attribute.name);
  resource[key] = elementsOf(resource[key]).filter(({ value }) => !gone.has(value));
}

function rootFor(resource: Json, schema: string | undefined): Json {
  if (schema === undefined) return resource;
  const key = keyOf(resource, schema);
  const held = resource[key];
  if (isObject(held)) return held;
  const made: Json = {};
  resource[key] = made;
  return made;
}

function elementsOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function checked(attribute: Attribute, value: unknown): unknown {
  const complaint = complaintAbout(attribute, value);
  if (complaint !== undefined) throw violation(complaint, 'invalidValue');
  return value;
}

function checkedOne(attribute: Attribute, value: unknown): Json {
  const complaint = complaintAboutOne(attribute, value);
  if (complaint !== undefined || !isObject(value))
    throw violation(complaint ?? `${attribute.name} is not an object`, 'invalidValue');
  return value;
}

/** Takes out everything unassigned, empty objects included, and says again which schemas a resource uses. */
export function tidy(kind: Kind, resource: Json): void {
  for (const [key, value] of Object.entries(resource)) {
    if (isObject(value)) {
      for (const [name, inner] of Object.entries(value))
        if (isUnassigned(inner) || isEmpty(inner)) Reflect.deleteProperty(value, name);
    }
    if (isUnassigned(value) || isEmpty(value)) Reflect.deleteProperty(resource, key);
  }
  resource['schemas'] = [urn[kind], ...Object.keys(resource).filter((key) => /^urn:/i.test(key))];
  for (const attribute of coreAttributes(kind)) {
    if (attribute.required && typeof get(resource, attribute.name) !== 'string')
      throw violation(`${attribute.name} is missing`, 'invalidValue');
  }
  if (attributeNamed(coreAttributes(kind), 'active') !== undefined) resource['active'] ??= true;
}

function isEmpty(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

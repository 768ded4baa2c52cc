import { assign, enterpriseUser, parseScimPath, type ScimPath } from '../../../core/mapping/scim-path.ts';
import type { ScimValue } from '../../../core/model/resource.ts';
import { isBody, listOf, type Body } from '../shared/message.ts';
import { enterprise11, namesOfUsed, toOldExtension } from './scim-1-1-names.ts';

/**
 * A PATCH of 1.1 (Protocol 1.1 §3.3.2) is some of a resource. What `meta.attributes` names is cleared first; elements
 * with `operation: "delete"` leave, others join or are merged by their value. Undefined when the operations say
 * something that this form cannot: an element is known by its value there, and by nothing else.
 */
export function partialResource(patch: Body): Body | undefined {
  const partial: Body = {};
  const cleared = new Set<string>();
  for (const operation of listOf(patch['Operations'])) {
    if (!isBody(operation) || !apply(operation, partial, cleared)) return undefined;
  }
  const { [enterpriseUser]: extension, ...core } = partial;
  const body = isBody(extension) ? { ...core, [enterprise11]: toOldExtension(extension) } : core;
  return { schemas: namesOfUsed(body), ...body, ...(cleared.size === 0 ? {} : { meta: { attributes: [...cleared] } }) };
}

/** False when it cannot be said. */
function apply({ op, path, value }: Body, partial: Body, cleared: Set<string>): boolean {
  const verb = typeof op === 'string' ? op.toLowerCase() : '';
  if (path === undefined) {
    return (
      verb !== 'remove' &&
      isBody(value) &&
      Object.entries(value).every(([name, one]) => apply({ op, path: name, value: one }, partial, cleared))
    );
  }
  if (typeof path !== 'string') return false;
  const ids = membersIn(path);
  if (ids !== undefined)
    return (
      verb === 'remove' &&
      addElements(
        partial,
        'members',
        ids.map((id) => ({ value: id, operation: 'delete' })),
      )
    );
  // An extension as an object under its URN, in place of single attributes.
  if (path.toLowerCase() === enterpriseUser.toLowerCase() && isBody(value)) {
    return Object.entries(value).every(([name, one]) =>
      apply({ op, path: `${path}:${name}`, value: one }, partial, cleared),
    );
  }
  const parsed = parseScimPath(path);
  if (typeof parsed === 'string' || parsed.filter !== undefined) return false;
  return applyTo(parsed, verb, value, partial, cleared);
}

function applyTo(path: ScimPath, verb: string, value: unknown, partial: Body, cleared: Set<string>): boolean {
  if (path.text === 'members') return applyMembers(verb, value, partial, cleared);
  if (verb === 'remove' && value !== undefined) return false;
  if (verb === 'remove' || value === null || value === '') {
    cleared.add(oldName(path));
    return true;
  }
  if (Array.isArray(value)) {
    if (verb === 'replace') cleared.add(oldName(path));
    return addElements(partial, path.attribute, value);
  }
  assign(partial, path, value as ScimValue); // JSON, as it is sent
  return true;
}

/** Members in any of the forms that a dialect may ask for. */
function applyMembers(verb: string, value: unknown, partial: Body, cleared: Set<string>): boolean {
  const given = isBody(value) ? value['members'] : value;
  const elements = listOf(given).map((element) => (isBody(element) ? element : { value: element }));
  if (verb !== 'add' && (verb === 'replace' || value === undefined)) cleared.add('members');
  return addElements(
    partial,
    'members',
    verb === 'remove' ? elements.map((element) => ({ ...element, operation: 'delete' })) : elements,
  );
}

function addElements(partial: Body, attribute: string, elements: readonly unknown[]): boolean {
  const all = [...listOf(partial[attribute]), ...elements];
  if (all.length > 0) partial[attribute] = all;
  return true;
}

/** `members[value eq "a" or value eq "b"]` → a, b. */
function membersIn(path: string): string[] | undefined {
  const inner = /^members\[(.+)\]$/i.exec(path)?.[1];
  if (inner === undefined) return undefined;
  return [...inner.matchAll(/value eq ("(?:[^"\\]|\\.)*")/g)].map(([, literal = '""']): string =>
    String(JSON.parse(literal)),
  );
}

function oldName({ text }: ScimPath): string {
  return text.replace(enterpriseUser, enterprise11).replace(/\bmanager\.value$/, 'manager');
}

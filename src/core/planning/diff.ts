import { isSourceId } from '../directory/source-id.ts';
import { uncovered } from '../mapping/proven-attributes.ts';
import { canonicalText, readScimPath, sameScimValue, scimPath, type ScimPath } from '../mapping/scim-path.ts';
import type { SourceId } from '../model/entry.ts';
import { doubtful, empty, type Digest, type TargetId } from '../model/link.ts';
import type { AttributeChange } from '../model/plan.ts';
import { Reference, type DesiredAttributes, type DesiredValue, type ScimValue } from '../model/resource.ts';

/** `active` is a matter of lifecycle (deactivate, reactivate), never of an ordinary attribute update. */
const lifecyclePath = 'active';

/** The target's id of a resource that it has; undefined for one that it does not have (any more, or yet). */
export type TargetIdOf = (id: SourceId) => TargetId | undefined;

/**
 * The attributes that differ from what the target acknowledged. Paths that the link remembers and the map no longer
 * has are not managed any more: nothing is sent for them. A reference differs as well when the one it points to has
 * another target id than it had, because it was lost and created again. What is proven is not compared.
 *
 * What is in doubt goes with the rest of the attribute that it is a part of (`name.givenName` and `name.familyName`): to
 * some targets a part is the whole, so that parts that are sent one after the other take each other away for ever.
 */
export function diffWithLink(
  desired: DesiredAttributes,
  acknowledged: Readonly<Record<string, string>>,
  digest: Digest,
  targetIdOf: TargetIdOf,
): AttributeChange[] {
  const changes: AttributeChange[] = [];
  const doubted = doubtedAttributes(acknowledged);
  for (const [path, value] of uncovered(desired)) {
    if (path === lifecyclePath) continue;
    const mark = acknowledged[path];
    const held = mark === empty ? undefined : mark;
    const isEqual =
      value === null ? held === undefined : held !== undefined && held === digestValue(path, value, digest, targetIdOf);
    const isWithDoubted = value !== null && doubted.size > 0 && doubted.has(complexOf(path));
    if (!isEqual || isWithDoubted)
      changes.push(
        value === null ? { path, change: 'clear' } : { path, change: 'set', value, had: held !== undefined },
      );
  }
  return changes;
}

/** The other parts of the attributes that change, which do not change themselves. */
export function partsBeside(desired: DesiredAttributes, changes: readonly AttributeChange[]): AttributeChange[] {
  const changing = new Set(changes.map(({ path }) => path));
  const wholes = new Set(changes.map(({ path }) => complexOf(path)).filter((attribute) => attribute !== undefined));
  if (wholes.size === 0) return [];
  return [...desired].flatMap(([path, value]): AttributeChange[] => {
    const whole = complexOf(path);
    const isBeside = whole !== undefined && wholes.has(whole) && value !== null && !changing.has(path);
    return isBeside ? [{ path, change: 'set', value, had: true }] : [];
  });
}

/** The complex attributes of which a part is in doubt. */
function doubtedAttributes(acknowledged: Readonly<Record<string, string>>): ReadonlySet<string | undefined> {
  const parts = Object.keys(acknowledged)
    .filter((path) => acknowledged[path] === doubtful)
    .map(complexOf);
  return new Set(parts.filter((attribute) => attribute !== undefined));
}

/** The attribute that a path leads a part of; undefined where it is no part, or one of an element of a list. */
function complexOf(text: string): string | undefined {
  const path = scimPath(text);
  return path.sub === undefined || path.filter !== undefined ? undefined : `${path.schema ?? ''}:${path.attribute}`;
}

/** The attributes that differ from a resource as the target answered it: for an account that is being adopted. */
export function diffWithBody(
  desired: DesiredAttributes,
  body: Readonly<Record<string, unknown>>,
  targetIdOf: TargetIdOf,
): AttributeChange[] {
  const changes: AttributeChange[] = [];
  for (const [path, value] of desired) {
    if (path === lifecyclePath) continue;
    const held = readScimPath(body, scimPath(path));
    const absent = isNoValue(held);
    if (value === null) {
      if (!absent) changes.push({ path, change: 'clear' });
      continue;
    }
    const wanted: ScimValue | undefined = value instanceof Reference ? targetIdOf(value.id) : value;
    const isSame =
      path === 'externalId' && typeof wanted === 'string'
        ? isSourceId(held, wanted)
        : wanted !== undefined && sameScimValue(wanted, held);
    if (!isSame) {
      changes.push({ path, change: 'set', value, had: !absent || isUntold(body, scimPath(path)) });
    }
  }
  return changes;
}

/**
 * Whether a list shows its elements as nothing but texts (WSO2): the one that is wanted may be among them, and would be
 * there twice when it is added.
 */
export function isUntold(body: Readonly<Record<string, unknown>>, path: ScimPath): boolean {
  const held =
    path.filter === undefined ? undefined : readScimPath(body, { ...path, filter: undefined, sub: undefined });
  return Array.isArray(held) && held.some((element: unknown) => typeof element === 'string');
}

/** Nothing, null, an empty text or list are all no value (RFC 7643 §2.5; an empty text is what clearing leaves on some). */
export function isNoValue(held: unknown): boolean {
  return held === undefined || held === null || held === '' || (Array.isArray(held) && held.length === 0);
}

/** What a link remembers of attributes that were acknowledged. A reference to what the target lacks is no value. */
export function digestAttributes(
  attributes: DesiredAttributes,
  digest: Digest,
  targetIdOf: TargetIdOf,
): Record<string, string> {
  const digests: Record<string, string> = {};
  for (const [path, value] of attributes) {
    digests[path] = (value === null ? undefined : digestValue(path, value, digest, targetIdOf)) ?? empty;
  }
  return digests;
}

function digestValue(path: string, value: DesiredValue, digest: Digest, targetIdOf: TargetIdOf): string | undefined {
  if (!(value instanceof Reference)) return digest(`${path}=${canonicalText(value)}`);
  const id = targetIdOf(value.id);
  return id === undefined ? undefined : digest(`${path}->${id}`);
}

import { ProvenAttributes, uncovered } from '../mapping/proven-attributes.ts';
import { readScimPath, sameScimValue, scimPath } from '../mapping/scim-path.ts';
import { heldText } from '../mapping/scim-values.ts';
import type { SourceId } from '../model/entry.ts';
import { doubtful, empty, unmanaged, type Digest, type Link } from '../model/link.ts';
import { Reference, type DesiredAttributes, type Resource } from '../model/resource.ts';
import { digestAttributes, isNoValue, isUntold, type TargetIdOf } from './diff.ts';

/*
 * What a link knows of a path, and what follows for one that the map has now:
 *
 * | the link holds      | it means                                        | a path that is mapped                     |
 * |---------------------|-------------------------------------------------|-------------------------------------------|
 * | a digest            | the target acknowledged this value              | is compared with it                       |
 * | `empty`             | the target acknowledged that there is none      | has nothing to clear; a value is added    |
 * | `doubtful`          | a request for it was never answered             | is sent again, in place of whatever is there |
 * | `unmanaged`         | we wrote a value, and others may have since     | is looked at first                        |
 * | nothing             | it was never managed                            | is looked at first                        |
 */

/** `active` is a matter of lifecycle. */
const lifecyclePath = 'active';

/**
 * The link without knowledge of paths that are not managed any more: what others do there is not seen, so that it is not
 * known when the path comes back. In a link from before there was a mark for `empty`, what has no value in the directory
 * and none in the link counts as acknowledged, and a reference too. The same link when nothing changes, and where it is
 * proven that it was settled.
 */
export function settlePaths(link: Link, { attributes }: Pick<Resource, 'attributes'>): Link {
  if (attributes instanceof ProvenAttributes) return link;
  const changes: [string, string | undefined][] = [];
  for (const [path, mark] of Object.entries(link.attributes)) {
    if (path === lifecyclePath || mark === unmanaged || attributes.has(path)) continue;
    changes.push([path, mark === empty ? undefined : unmanaged]);
  }
  if (link.marksEmpty !== true) {
    for (const [path, value] of attributes) {
      if (!(path in link.attributes) && path !== lifecyclePath && (value === null || value instanceof Reference))
        changes.push([path, empty]);
    }
  }
  if (changes.length === 0 && link.marksEmpty === true) return link;
  return { ...link, marksEmpty: true, attributes: withMarks(link.attributes, changes) };
}

/** Paths that are managed, and of which it is not known what the target holds. For a link that is settled. */
export function unknownPaths(link: Pick<Link, 'attributes'>, attributes: DesiredAttributes): string[] {
  return [...uncovered(attributes).keys()].filter((path) => {
    const mark = link.attributes[path];
    return path !== lifecyclePath && (mark === undefined || mark === unmanaged);
  });
}

/** The link with what the target was seen to hold at these paths. */
export function learnPaths(
  link: Link,
  paths: readonly string[],
  wanted: DesiredAttributes,
  body: Readonly<Record<string, unknown>>,
  digest: Digest,
  targetIdOf: TargetIdOf,
): Link {
  const learn = (path: string): string | undefined => {
    const held = readScimPath(body, scimPath(path));
    const value = wanted.get(path);
    if (isNoValue(held)) return value !== null && isUntold(body, scimPath(path)) ? doubtful : empty;
    const plain = value instanceof Reference ? targetIdOf(value.id) : value;
    const isWanted = value !== undefined && plain !== undefined && plain !== null && sameScimValue(plain, held);
    return isWanted
      ? digestAttributes(new Map([[path, value]]), digest, targetIdOf)[path]
      : digest(`${path}=${heldText(held)}`);
  };
  return {
    ...link,
    attributes: withMarks(
      link.attributes,
      paths.map((path) => [path, learn(path)]),
    ),
  };
}

/** The link with one mark at all of these paths. */
export function markPaths(link: Link, paths: readonly string[], mark: string): Link {
  return {
    ...link,
    attributes: withMarks(
      link.attributes,
      paths.map((path) => [path, mark]),
    ),
  };
}

/** Stands among the paths of a group of which it is not known any more who its members are. */
export const membersPath = 'members';

/**
 * The link when records are missing that came after it: nothing that the target acknowledged is known for certain, and
 * all of it is looked at once, whether they are active and who their members are included.
 */
export function forgetContent(link: Link): Link {
  const known = Object.entries(link.attributes).filter(([, mark]) => mark !== empty);
  const attributes = Object.fromEntries(known.map(([path, mark]) => [path, mark === doubtful ? doubtful : unmanaged]));
  return {
    ...link,
    marksEmpty: true,
    attributes: { ...attributes, [link.type === 'user' ? lifecyclePath : membersPath]: unmanaged },
  };
}

/** Whether somebody is active, or who is in a group, is not known. */
export function unknownWhole({ attributes }: Pick<Link, 'attributes'>): string[] {
  return [lifecyclePath, membersPath].filter((path) => attributes[path] === unmanaged);
}

/** The link of a user who was seen to be active, or not. */
export function learnActive(link: Link, active: boolean, digest: Digest): Link {
  if (link.leftDisabled === true && active) return learnActive({ ...link, leftDisabled: undefined }, active, digest);
  const attributes = {
    ...link.attributes,
    ...digestAttributes(new Map([[lifecyclePath, active]]), digest, () => undefined),
  };
  return { ...link, lifecycle: active || link.leftDisabled === true ? 'active' : 'deactivated', attributes };
}

/** Of a user who could not be looked at: may be active, so that a departure ends their access. */
export function doubtActive(link: Link): Link {
  return { ...link, lifecycle: 'active', attributes: { ...link.attributes, [lifecyclePath]: doubtful } };
}

/** The link of a group whose members were seen, or may be any of those who were acknowledged. */
export function learnMembers(
  link: Link,
  acknowledged: ReadonlySet<SourceId>,
  seen: ReadonlySet<SourceId> | undefined,
): Link {
  const unsettled = [
    ...new Set([
      ...(link.unsettled ?? []),
      ...(seen === undefined ? acknowledged : acknowledged.symmetricDifference(seen)),
    ]),
  ];
  return {
    ...link,
    unsettled: unsettled.length === 0 ? undefined : unsettled,
    attributes: withMarks(link.attributes, [[membersPath, undefined]]),
  };
}

/** Paths at which the target has a value, or may have one. */
export function heldPaths({ attributes }: Pick<Link, 'attributes'>): string[] {
  return Object.keys(attributes).filter((path) => attributes[path] !== empty);
}

function withMarks(
  attributes: Link['attributes'],
  changes: readonly (readonly [string, string | undefined])[],
): Link['attributes'] {
  const marked: Record<string, string> = { ...attributes };
  for (const [path, mark] of changes) {
    if (mark === undefined) Reflect.deleteProperty(marked, path);
    else marked[path] = mark;
  }
  return marked;
}

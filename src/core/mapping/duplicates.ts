import { fold } from '../directory/fold.ts';
import type { SourceId } from '../model/entry.ts';
import { valueOf, type Reason, type Rejected, type Resource } from '../model/resource.ts';
import type { Steps } from '../model/steps.ts';
import type { TargetDefinition } from './definition.ts';

/** As many others as a person wants to read about. */
const named = 5;

/** A value at a match path that another resource has as well. */
export interface Contest {
  readonly sourceId: SourceId;
  readonly path: string;
  readonly value: string;
}

/** Who has a value at a match path on the target already. */
export function holderKey({ sourceId, path }: Pick<Contest, 'sourceId' | 'path'>): string {
  return `${path} ${sourceId}`;
}

export interface Duplicates {
  readonly reasons: ReadonlyMap<SourceId, readonly Reason[]>;
  readonly contested: readonly Contest[];
}

/**
 * Resources that would be taken for one another on the target: the same value at a match path, whatever
 * its case, space and compatibility forms (a target may compare so, RFC 7644 §3.4.2.2 leaves it open). None of
 * them can be written, for nobody knows which of them an existing account belongs to. But the one whose account has the
 * value already keeps it: whoever writes a colleague's address into their own entry stops nobody but themselves.
 *
 * @param holders by `holderKey`
 */
export function* findDuplicates(
  resources: readonly Resource[],
  match: TargetDefinition['match'],
  holders: ReadonlySet<string>,
): Steps<Duplicates> {
  const reasons = new Map<SourceId, Reason[]>();
  const contested: Contest[] = [];
  for (const type of ['user', 'group'] as const) {
    for (const path of match[type]) {
      if (path.toLowerCase() === 'externalid') continue;
      for (const alike of yield* groupByValue(resources, type, path)) {
        const holding = alike.filter(({ sourceId }) => holders.has(holderKey({ sourceId, path })));
        const keeper = holding.length === 1 ? holding[0] : undefined;
        for (const resource of alike) {
          const { sourceId } = resource;
          const value = valueOf(resource, path);
          if (typeof value === 'string') contested.push({ sourceId, path, value });
          if (resource === keeper) continue;
          const reason: Reason = {
            code: 'duplicate_match',
            text: `${path} is the same as that of ${others(alike, sourceId)}${keeper === undefined ? '' : `; it is the account of ${keeper.sourceId} that has it`}`,
          };
          reasons.set(sourceId, [...(reasons.get(sourceId) ?? []), reason]);
        }
      }
    }
  }
  return { reasons, contested };
}

/** The same resource as one that cannot be written. */
export function reject(resource: Resource, reasons: readonly Reason[]): Rejected {
  const { sourceId, directory, type, label, attributes } = resource;
  const active = attributes.get('active');
  return { sourceId, directory, type, label, active: typeof active === 'boolean' ? active : undefined, reasons };
}

/** Those that share a value with others, value by value. */
function* groupByValue(
  resources: readonly Resource[],
  type: Resource['type'],
  path: string,
): Steps<Iterable<readonly Resource[]>> {
  const first = new Map<string, Resource>();
  const groups = new Map<string, Resource[]>();
  for (const resource of resources) {
    yield;
    const value = resource.type === type ? valueOf(resource, path) : undefined;
    if (typeof value !== 'string') continue;
    const folded = fold(value);
    const other = first.get(folded);
    if (other === undefined) {
      first.set(folded, resource);
      continue;
    }
    const known = groups.get(folded);
    if (known === undefined) groups.set(folded, [other, resource]);
    else known.push(resource);
  }
  return groups.values();
}

/** Resources come sorted, so that the text is the same every time. */
function others(alike: readonly Resource[], own: SourceId): string {
  const shown = alike
    .slice(0, named + 1)
    .map(({ sourceId }) => sourceId)
    .filter((id) => id !== own)
    .slice(0, named);
  const more = alike.length - 1 - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

import { isSourceId } from '../../core/directory/source-id.ts';
import type { ResourceType } from '../../core/model/entry.ts';
import type { Digest, Link, TargetId } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import { scimPath } from '../../core/mapping/scim-path.ts';
import { scimValues } from '../../core/mapping/scim-values.ts';
import { digestAttributes } from '../../core/planning/diff.ts';
import { isFailure, type FoundResource, type ScimTarget } from '../../ports/scim-target.ts';
import type { StateView } from '../../ports/state-store.ts';
import { listEverything, saysNo } from './search.ts';
import type { MatchPolicy } from '../shared/target-setup.ts';
import { isGone } from './presence.ts';
import { renumberedFailure } from './renumbered.ts';

/** What became of someone of whom a target once said that it does not have them. */
export type LostOutcome =
  | { readonly kind: 'found'; readonly link: Link }
  | { readonly kind: 'gone' }
  /** An account has what is remembered of the match attributes, and nothing says whose it is. */
  | { readonly kind: 'alike'; readonly targetId: TargetId }
  /** It could not be found out: the link is kept, and asked about again. `failure`: what kept it from that. */
  | { readonly kind: 'unknown'; readonly failure?: Failure };

export interface LostSearch {
  readonly target: ScimTarget;
  readonly store: StateView;
  readonly policy: Readonly<Record<ResourceType, MatchPolicy>>;
  /** Whom the target should have. */
  readonly others: Iterable<Link>;
  readonly signal: AbortSignal;
}

/*
 * What makes an account on the target that of somebody whom it has mislaid:
 *
 *   it answers to the id that we know, and carries no other externalId      → theirs
 *   it carries our externalId                                               → theirs
 *   a user, active, without externalId, and a match attribute has the value → alike: their account under another id, or
 *   that was acknowledged                                                     one that somebody made under the same name
 *   anything else                                                           → not theirs
 */

/**
 * Looks for someone who has left and whose account the target has mislaid, before the link is forgotten. Otherwise one 404
 * at the wrong moment would leave an account with access that nobody here knows of any more.
 */
export async function findLost(link: Link, search: LostSearch): Promise<LostOutcome> {
  const { target, store, policy, others: witnesses, signal } = search;
  const { type, sourceId } = link;
  const held = await target.read(type, link.targetId, signal, 'members');
  if (!isFailure(held) && isOurs(held, link)) return found(held, link);
  if (isFailure(held) && !saysNo(held)) return { kind: 'unknown', failure: held };
  const byId = await target.find(type, 'externalId', sourceId, signal, 'members');
  if (isFailure(byId) && !saysNo(byId)) return { kind: 'unknown', failure: byId };
  const everything = await listEverything({ target, type, linked: 0, signal }, Infinity, 'members');
  if (isFailure(everything) && !saysNo(everything)) return { kind: 'unknown', failure: everything };
  const listed = Array.isArray(everything) ? everything : [];
  const paths = policy[type].adopt === 'never' ? [] : policy[type].match;
  const theirs = [
    ...(isFailure(byId) ? [] : byId),
    ...listed.filter(({ body }) => isSourceId(body['externalId'], sourceId)),
  ];
  const alike =
    type === 'user'
      ? listed.filter((one) => one.active !== false && isOurs(one, link) && isAlike(one, link, paths, store.digest))
      : [];
  const owners = await store.owners(
    target.name,
    type,
    [...theirs, ...alike].map(({ id }) => id),
  );
  const free = (some: readonly FoundResource[]) =>
    [...new Map(some.map((one) => [one.id, one])).values()].filter(
      ({ id }) => (owners.get(id) ?? sourceId) === sourceId,
    );
  const [first, ...more] = free(theirs);
  if (first !== undefined) return more.length === 0 ? found(first, link) : { kind: 'unknown' };
  // Their own account has an id by which somebody else is known: no id is what it was.
  if (theirs.length > 0) return { kind: 'unknown', failure: renumberedFailure };
  const [lookalike, ...others] = free(alike);
  if (lookalike !== undefined)
    return others.length === 0 ? { kind: 'alike', targetId: lookalike.id } : { kind: 'unknown' };
  // Neither a search nor a list: then nobody has looked.
  if (isFailure(byId) && !Array.isArray(everything)) return { kind: 'unknown' };
  return (await isGone(link, witnesses, { target, signal })) ? { kind: 'gone' } : { kind: 'unknown' };
}

/** Nobody else's: it carries our externalId, or none. */
export function isOurs({ body }: FoundResource, { sourceId }: Link): boolean {
  const { externalId } = body;
  return externalId === undefined || externalId === null || externalId === '' || isSourceId(externalId, sourceId);
}

/** Whether a match attribute has the value that was acknowledged, which is known as a keyed digest alone. */
export function isAlike({ body }: FoundResource, link: Link, paths: readonly string[], digest: Digest): boolean {
  return paths.some((path) => {
    const known = link.attributes[path];
    if (path === 'externalId' || known === undefined) return false;
    const values = scimValues(body, scimPath(path)).filter((value) => typeof value === 'string');
    return values.some((value) =>
      [value, value.toLowerCase()].some(
        (text) => digestAttributes(new Map([[path, text]]), digest, () => undefined)[path] === known,
      ),
    );
  });
}

function found({ id, active, version }: FoundResource, link: Link): LostOutcome {
  const lifecycle = active === false ? 'deactivated' : 'active';
  const attributes = id === link.targetId ? link.attributes : {};
  const marksEmpty = id === link.targetId ? link.marksEmpty : true;
  return {
    kind: 'found',
    link: { ...link, targetId: id, lifecycle, attributes, marksEmpty, lookalike: undefined, version },
  };
}

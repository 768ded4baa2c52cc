import { isSourceId } from '../../core/directory/source-id.ts';
import type { SourceId } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import type { ReasonCode, Rejected, Resource } from '../../core/model/resource.ts';
import { count } from '../../core/wording/count.ts';
import type { FoundResource } from '../../ports/scim-target.ts';
import { ownWords, publicWords } from '../shared/target-error.ts';
import type { MatchPolicy } from '../shared/target-setup.ts';

/** An account that a search found for a newcomer. */
export interface Candidate {
  readonly resource: Resource;
  readonly found: FoundResource;
  readonly others: readonly FoundResource[];
  readonly by: string;
  readonly policy: MatchPolicy;
  readonly taken: ReadonlyMap<TargetId, SourceId>;
  readonly former: ReadonlyMap<TargetId, SourceId>;
  readonly isBarred: boolean;
  readonly isOwnerGone: (owner: SourceId) => boolean;
}

/*
 * Whether an account that fits becomes the newcomer's:
 *
 *   several fit                                    | ambiguous_match
 *   another entry has it                           | match_taken
 *   another entry had it, and it is not ours by id | match_taken
 *   adopt is never, and it is not ours by our id   | adoption_off
 *   it carries the externalId of somebody else     | match_foreign, unless adopt is also-foreign
 *   a group with members of others                 | adoption_off, unless adopt was said; then the guard holds it
 *   anything else                                  | adopted
 */
export function refuse({
  resource,
  found,
  others,
  by,
  policy,
  taken,
  former,
  isBarred,
  isOwnerGone,
}: Candidate): Rejected | undefined {
  const owner = taken.get(found.id);
  if (others.length > 0) {
    const ids = [found, ...others].map((one) => one.id).join(', ');
    return rejectMatch(
      resource,
      'ambiguous_match',
      `the target has ${others.length + 1} resources with the same ${by} (ids ${ids}); remove the surplus there`,
    );
  }
  if (owner !== undefined && owner !== resource.sourceId) {
    return rejectMatch(
      resource,
      'match_taken',
      `the target's resource with the same ${by} (id ${found.id}) already belongs to entry ${owner}${isOwnerGone(owner) ? `, which is gone from the directory; if this is the same person: dir2scim state relink ${owner} ${resource.sourceId}` : ''}`,
    );
  }
  const before = formerOwner(found, resource.sourceId, former);
  if (before !== undefined) {
    return rejectMatch(
      resource,
      'match_taken',
      `the target's resource with the same ${by} (id ${found.id}) was the account of entry ${before}; if this is the same person: dir2scim state relink ${before} ${resource.sourceId}`,
    );
  }
  // An equal externalId is our own source id: that one is ours whatever the policy says.
  if (policy.adopt === 'never' && (isBarred || !isSourceId(found.body['externalId'], resource.sourceId))) {
    return rejectMatch(
      resource,
      'adoption_off',
      `the target has one with the same ${by} (id ${found.id}), and adopt is never`,
    );
  }
  if (isForeign(found, resource.sourceId, policy)) {
    return rejectMatch(
      resource,
      'match_foreign',
      `the target's resource with the same ${by} (id ${found.id}) carries the externalId of somebody else; adopt: also-foreign takes such accounts over`,
    );
  }
  return undefined;
}

/** A group in which somebody is whom nobody of ours put there, where groups are adopted by default only. */
export function refusePopulated(resource: Resource, by: string, id: TargetId, others: number): Rejected {
  return rejectMatch(
    resource,
    'adoption_off',
    `the target has a group with the same ${by} (id ${id}) and ${count(others, 'member')} whom dir2scim did not put there; groups.adopt: first-match takes it over, after the first load once somebody approves it`,
  );
}

/** Who had an account before, when that is somebody else and it does not carry this one's id: it passes over by a person's word alone. */
export function formerOwner(
  { id, body }: FoundResource,
  sourceId: SourceId,
  former: ReadonlyMap<TargetId, SourceId>,
): SourceId | undefined {
  const owner = former.get(id);
  return owner === sourceId || isSourceId(body['externalId'], sourceId) ? undefined : owner;
}

/** An account that another source made or took over, as its externalId says. */
export function isForeign({ body }: FoundResource, sourceId: SourceId, { adopt }: MatchPolicy): boolean {
  const { externalId } = body;
  return (
    adopt !== 'also-foreign' && typeof externalId === 'string' && externalId !== '' && !isSourceId(externalId, sourceId)
  );
}

/** Reasons are shown on terminals only, so that the target's own words may stand in them. */
export function refusedText(failure: Failure): string {
  const said = ownWords(failure);
  const why = said === undefined ? publicWords(failure) : `${publicWords(failure)}: ${said}`;
  if (failure.status === 403)
    return `the target refuses to be searched (${why}); creating it blindly could make a duplicate: see what this target says, and what its token may do`;
  return `the target refuses to search by any of its match attributes (${why}); creating it blindly could make a duplicate: list under match what this target can filter on`;
}

/** In scope, and not written, for a reason that the search found. */
export function rejectMatch(resource: Resource, code: ReasonCode, text: string): Rejected {
  const { sourceId, directory, type, label } = resource;
  return {
    sourceId,
    directory,
    type,
    label,
    active: resource.attributes.get('active') !== false,
    reasons: [{ code, text }],
  };
}

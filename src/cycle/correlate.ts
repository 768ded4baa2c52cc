import type { ResourceType, SourceId } from '../core/model/entry.ts';
import { BridgeError } from '../core/model/errors.ts';
import type { TargetId } from '../core/model/link.ts';
import type { Failure } from '../core/model/outcome.ts';
import type { ReasonCode, Rejected, Resource } from '../core/model/resource.ts';
import type { Match } from '../core/planning/build-plan.ts';
import { readScimPath, scimPath } from '../core/mapping/scim-path.ts';
import { isFailure, type FoundResource, type ScimTarget } from '../ports/scim-target.ts';
import type { StateView } from '../ports/state-store.ts';
import { forEachConcurrently } from './work.ts';

/** How accounts that exist already are recognised, for one type of resource. */
export interface MatchPolicy {
  /** SCIM paths, tried in this order; the first that finds something decides. */
  readonly match: readonly string[];
  readonly adopt: 'first-match' | 'never';
}

export interface Correlation {
  readonly matches: ReadonlyMap<SourceId, Match>;
  readonly rejected: readonly Rejected[];
}

type Finding = { readonly found: readonly FoundResource[]; readonly by: string } | undefined;

/**
 * Looks on the target for those who have no link yet, so that a plan says `adopt` where there is someone, and nobody is
 * created twice. Costs one list request when the target holds less than one page, look-ups otherwise.
 *
 * @throws BridgeError when the target cannot be searched at all: creating blindly could make duplicates
 */
export async function correlate(
  unlinked: readonly Resource[],
  target: ScimTarget,
  policy: Readonly<Record<ResourceType, MatchPolicy>>,
  store: StateView,
  signal: AbortSignal,
): Promise<Correlation> {
  const matches = new Map<SourceId, Match>();
  const rejected: Rejected[] = [];
  for (const type of ['user', 'group'] as const) {
    const resources = unlinked.filter((resource) => resource.type === type);
    if (resources.length === 0) continue;
    const findings = await search(resources, target, policy[type].match, signal);
    const ids = [...findings.values()].flatMap((finding) => finding?.found.map((one) => one.id) ?? []);
    const taken = new Map<TargetId, SourceId>(await store.owners(target.name, type, ids));
    for (const resource of resources) {
      const finding = findings.get(resource.sourceId);
      const [first, ...others] = finding?.found ?? [];
      if (finding === undefined || first === undefined) continue;
      const refusal = refuse(resource, first, others, finding.by, policy[type], taken);
      if (refusal !== undefined) {
        rejected.push(refusal);
        continue;
      }
      taken.set(first.id, resource.sourceId);
      matches.set(resource.sourceId, { targetId: first.id, matchedBy: finding.by, active: first.active, body: first.body });
    }
  }
  return { matches, rejected };
}

/** One page of everything costs as much as one look-up. */
const lookupsWorthOneList = 2;

async function search(
  resources: readonly Resource[],
  target: ScimTarget,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Map<SourceId, Finding>> {
  const [sample] = resources;
  if (sample !== undefined && resources.length * paths.length > lookupsWorthOneList) {
    const everything = await target.inventory(sample.type, signal);
    if (isFailure(everything)) throw unsearchable(target.name, everything);
    if (everything !== undefined) return searchList(resources, paths, everything);
  }
  const findings = new Map<SourceId, Finding>();
  await forEachConcurrently(resources, target.concurrency, () => signal.aborted, async (resource) => {
    findings.set(resource.sourceId, await findOne(target, resource, paths, signal));
  });
  signal.throwIfAborted();
  return findings;
}

function searchList(
  resources: readonly Resource[],
  paths: readonly string[],
  everything: readonly FoundResource[],
): Map<SourceId, Finding> {
  const indexes = paths.map((path) => {
    const index = new Map<string, FoundResource[]>();
    for (const one of everything) {
      const value = readScimPath(one.body, scimPath(path));
      if (typeof value !== 'string') continue;
      const list = index.get(comparable(path, value));
      if (list === undefined) index.set(comparable(path, value), [one]);
      else list.push(one);
    }
    return { path, index };
  });
  return new Map(
    resources.map((resource) => {
      for (const { path, index } of indexes) {
        const value = resource.attributes.get(path);
        const found = typeof value === 'string' ? index.get(comparable(path, value)) : undefined;
        if (found !== undefined) return [resource.sourceId, { found, by: path }];
      }
      return [resource.sourceId, undefined];
    }),
  );
}

/** externalId is case-exact, names and mail are not (RFC 7643 §3.1, §4.1). */
function comparable(path: string, value: string): string {
  return path === 'externalId' ? value : value.toLowerCase();
}

/**
 * Searches one resource on the target by its match attributes.
 * @throws BridgeError when none of them can be searched for
 */
export async function findOne(
  target: ScimTarget,
  resource: Pick<Resource, 'type' | 'attributes'>,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Finding> {
  let refused: Failure | undefined;
  let searched = false;
  for (const path of paths) {
    const value = resource.attributes.get(path);
    if (typeof value !== 'string') continue;
    const found = await target.find(resource.type, path, value, signal);
    if (!isFailure(found)) {
      searched = true;
      if (found.length > 0) return { found, by: path };
    } else if (found.class === 'unsupported' || found.class === 'rejected') refused = found;
    else throw unsearchable(target.name, found);
  }
  if (!searched && refused !== undefined) throw unsearchable(target.name, refused);
  return undefined;
}

function unsearchable(target: string, failure: Failure): BridgeError {
  if (failure.class === 'auth') {
    return new BridgeError('D2S_TARGET_AUTH', `target ${target} refuses our credentials (${failure.detail})`, 'check the token of this target and what it may do');
  }
  if (failure.class === 'transient' || failure.class === 'throttled' || failure.class === 'unknown') {
    return new BridgeError('D2S_TARGET_UNREACHABLE', `target ${target} does not answer searches (${failure.detail})`, 'nothing was changed; the next cycle tries again');
  }
  return new BridgeError(
    'D2S_TARGET_PROTOCOL',
    `target ${target} cannot be searched by any match attribute (${failure.detail})`,
    'list attributes under match that this target can filter on; creating without a search could make duplicates',
  );
}

function refuse(
  resource: Resource,
  found: FoundResource,
  others: readonly FoundResource[],
  by: string,
  policy: MatchPolicy,
  taken: ReadonlyMap<TargetId, SourceId>,
): Rejected | undefined {
  const owner = taken.get(found.id);
  if (others.length > 0) {
    const ids = [found, ...others].map((one) => one.id).join(', ');
    return reject(resource, 'ambiguous_match', `the target has ${others.length + 1} resources with the same ${by} (ids ${ids}); remove the surplus there`);
  }
  if (owner !== undefined && owner !== resource.sourceId) {
    return reject(resource, 'match_taken', `the target's resource with the same ${by} (id ${found.id}) already belongs to entry ${owner}`);
  }
  // An equal externalId is our own source id: that one is ours whatever the policy says.
  if (policy.adopt === 'never' && by !== 'externalId') {
    return reject(resource, 'adoption_off', `the target has one with the same ${by} (id ${found.id}), and adopt is never`);
  }
  return undefined;
}

function reject(resource: Resource, code: ReasonCode, text: string): Rejected {
  const { sourceId, directory, type, label } = resource;
  return { sourceId, directory, type, label, active: resource.attributes.get('active') !== false, reasons: [{ code, text }] };
}

import type { ResourceType, SourceId } from '../core/model/entry.ts';
import type { TargetId } from '../core/model/link.ts';
import type { Failure } from '../core/model/outcome.ts';
import type { ReasonCode, Rejected, Resource } from '../core/model/resource.ts';
import type { Match } from '../core/planning/plan-input.ts';
import { readScimPath, scimPath } from '../core/mapping/scim-path.ts';
import { isFailure, type FoundResource, type ScimTarget } from '../ports/scim-target.ts';
import type { StateView } from '../ports/state-store.ts';
import { publicWords, targetError } from './target-error.ts';
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
 * created twice. Lists the target when that takes fewer requests than look-ups; an empty one costs one request.
 *
 * @param intents who was being created when the process ended: they are looked for by externalId whatever the policy
 * @throws BridgeError when the target does not answer
 */
export async function correlate(
  unlinked: readonly Resource[],
  target: ScimTarget,
  policy: Readonly<Record<ResourceType, MatchPolicy>>,
  store: StateView,
  intents: ReadonlySet<SourceId>,
  signal: AbortSignal,
): Promise<Correlation> {
  const matches = new Map<SourceId, Match>();
  const rejected: Rejected[] = [];
  for (const type of ['user', 'group'] as const) {
    const resources = unlinked.filter((resource) => resource.type === type);
    if (resources.length === 0) continue;
    const findings = await search(resources, target, policy[type].match, intents, signal);
    const ids = [...findings.values()].flatMap((finding) => (isFailure(finding) ? [] : (finding?.found.map((one) => one.id) ?? [])));
    const taken = new Map<TargetId, SourceId>(await store.owners(target.name, type, ids));
    for (const resource of resources) {
      const finding = findings.get(resource.sourceId);
      if (isFailure(finding)) {
        rejected.push(reject(resource, 'search_refused', refusedText(finding)));
        continue;
      }
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
  intents: ReadonlySet<SourceId>,
  signal: AbortSignal,
): Promise<Map<SourceId, Finding | Failure>> {
  const [sample] = resources;
  if (sample !== undefined && resources.length * paths.length > lookupsWorthOneList) {
    const everything = await target.inventory(sample.type, Math.floor((resources.length * paths.length) / lookupsWorthOneList), signal);
    if (isFailure(everything)) throw targetError(target.name, everything);
    if (everything !== undefined) return searchList(resources, withExternalId(paths), everything);
  }
  const findings = new Map<SourceId, Finding | Failure>();
  await forEachConcurrently(resources, target.concurrency, () => signal.aborted, async (resource) => {
    const own = intents.has(resource.sourceId) ? withExternalId(paths) : paths;
    findings.set(resource.sourceId, await findOne(target, resource, own, signal));
  });
  signal.throwIfAborted();
  return findings;
}

/** Our own id first: what a create with a lost answer may have left is certainly ours. */
export function withExternalId(paths: readonly string[]): readonly string[] {
  return ['externalId', ...paths.filter((path) => path !== 'externalId')];
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
 * Searches one resource on the target by its match attributes. A failure when the target refuses to search for every
 * value that it has: then nobody knows whether it is there.
 *
 * @throws BridgeError when the target does not answer at all
 */
export async function findOne(
  target: ScimTarget,
  resource: Pick<Resource, 'type' | 'attributes'>,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Finding | Failure> {
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
    else throw targetError(target.name, found);
  }
  return searched ? undefined : refused;
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
  if (policy.adopt === 'never' && found.body['externalId'] !== resource.sourceId) {
    return reject(resource, 'adoption_off', `the target has one with the same ${by} (id ${found.id}), and adopt is never`);
  }
  return undefined;
}

function refusedText(failure: Failure): string {
  return `the target refuses to search by any of its match attributes (${publicWords(failure)}); creating it blindly could make a duplicate: list under match what this target can filter on`;
}

function reject(resource: Resource, code: ReasonCode, text: string): Rejected {
  const { sourceId, directory, type, label } = resource;
  return { sourceId, directory, type, label, active: resource.attributes.get('active') !== false, reasons: [{ code, text }] };
}

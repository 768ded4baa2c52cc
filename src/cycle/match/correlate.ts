import { comparableId } from '../../core/directory/source-id.ts';
import { fold } from '../../core/directory/fold.ts';
import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import { valueOf, type Rejected, type Resource } from '../../core/model/resource.ts';
import type { Share } from '../../core/memory/shares.ts';
import type { Match } from '../../core/planning/plan-input.ts';
import { scimPath } from '../../core/mapping/scim-path.ts';
import { scimValues, textOf } from '../../core/mapping/scim-values.ts';
import { isFailure, type FoundResource, type ScimTarget } from '../../ports/scim-target.ts';
import type { Intent } from '../../ports/state-records.ts';
import type { StateView } from '../../ports/state-store.ts';
import { findBegun, listBegun } from './begun.ts';
import { othersMembers } from './others-members.ts';
import type { TargetSetup } from '../shared/target-setup.ts';
import { isUnreached, lookUpEach, type LookUps, type Unreached } from './look-up.ts';
import { targetError } from '../shared/target-error.ts';
import { assertNotRenumbered } from './renumbered.ts';
import { refuse, refusedText, refusePopulated, rejectMatch } from './unmatchable.ts';

export interface Correlation {
  readonly matches: ReadonlyMap<SourceId, Match>;
  readonly rejected: readonly Rejected[];
  /** Those of whom the target could not be asked now: nobody knows whether it has them, so that they wait. */
  readonly unreached: ReadonlyMap<SourceId, Unreached>;
  /** Those of a type that the target does not have. */
  readonly leftOut: ReadonlySet<SourceId>;
  /** Whom the target has, where it was listed whole. */
  readonly listed: Readonly<Record<ResourceType, ReadonlySet<TargetId> | undefined>>;
}

export type MatchFinding =
  | {
      readonly found: readonly FoundResource[];
      readonly by: string;
      /** Nobody was found, and the target could not be searched by all of the match attributes. */
      readonly isPartial?: boolean;
    }
  | undefined;

/** What is known of those who are looked for, and of the target. */
export interface CorrelationInput extends Pick<TargetSetup, 'target' | 'policy' | 'kept'> {
  readonly store: StateView;
  /** Who was being created or adopted when the process ended: they are looked for by externalId whatever the policy. */
  readonly intents: ReadonlyMap<SourceId, Pick<Intent, 'adopts'>>;
  /**
   * Accounts that were there before us, by the entry whose creation was answered with them: what a target writes of ours
   * into them does not make them ours.
   */
  readonly barred: ReadonlyMap<SourceId, TargetId>;
  /** Accounts that were found lately for those whose adoption waits: they are not looked for, and judged anew. */
  readonly held: ReadonlyMap<SourceId, Match>;
  /** Entries with a link that the directories do not have any more. */
  readonly gone: ReadonlySet<SourceId>;
  readonly signal: AbortSignal;
}

/**
 * Looks on the target for those who have no link yet, so that a plan says `adopt` where there is someone, and nobody is
 * created twice. Lists the target when that takes fewer requests than look-ups; an empty one costs one request. A list
 * that fails says nothing about look-ups, and a look-up that fails nothing about the others.
 *
 * @throws BridgeError when the target refuses the credentials, or gives ids to others than it did
 */
export async function correlate(unlinked: readonly Resource[], input: CorrelationInput): Promise<Correlation> {
  const { target, policy, store, barred, held, gone, signal } = input;
  const listed: Record<ResourceType, ReadonlySet<TargetId> | undefined> = { user: undefined, group: undefined };
  const matches = new Map<SourceId, Match>();
  const rejected: Rejected[] = [];
  const unreached = new Map<SourceId, Unreached>();
  const leftOut = new Set<SourceId>();
  let silence: Failure | undefined;
  for (const type of ['user', 'group'] as const) {
    const resources = unlinked.filter((resource) => resource.type === type);
    if (resources.length === 0) continue;
    const linked = (await store.counts(target.name))[type].active;
    const open = resources.filter(({ sourceId }) => !held.has(sourceId));
    const nothing: LookUps<MatchFinding> = { findings: new Map(), last: silence };
    // Who leaves waits behind every search: a target that does not answer is not asked about the next type.
    const { findings: searched, last } =
      target.takes(type) === 'none' || silence !== undefined || open.length === 0
        ? nothing
        : await search({
            ...input,
            resources: open,
            type,
            paths: policy[type].match,
            linked,
            tellListed: (ids) => (listed[type] = ids),
          });
    if (target.takes(type) === 'none') {
      for (const { sourceId } of resources) leftOut.add(sourceId);
      continue;
    }
    if (last?.late === true && ![...searched.values()].some((finding) => finding === undefined || !isFailure(finding)))
      silence = last;
    const findings = new Map([...searched, ...asFindings(resources, held)]);
    const ids = [...findings.values()].flatMap((finding) =>
      isFailure(finding) ? [] : (finding?.found.map((one) => one.id) ?? []),
    );
    const taken = new Map<TargetId, SourceId>(await store.owners(target.name, type, ids));
    const former = await store.formerOwners(target.name, type, ids);
    for (const resource of resources) {
      const finding = findings.get(resource.sourceId);
      if (last !== undefined && !findings.has(resource.sourceId)) {
        unreached.set(resource.sourceId, { failure: last, asked: false });
        continue;
      }
      if (isFailure(finding)) {
        if (isUnreached(finding)) unreached.set(resource.sourceId, { failure: finding, asked: true });
        else rejected.push(rejectMatch(resource, 'search_refused', refusedText(finding)));
        continue;
      }
      const [first, ...others] = finding?.found ?? [];
      if (finding === undefined || first === undefined) {
        if (!policy[type].create || target.takes(type) === 'existing')
          rejected.push(
            rejectMatch(
              resource,
              'not_created',
              `the target has no such ${type}, and takes none from outside; make it there`,
            ),
          );
        continue;
      }
      await assertNotRenumbered(resource.sourceId, first, taken, input);
      const refusal = refuse({
        resource,
        found: first,
        others,
        by: finding.by,
        policy: policy[type],
        taken,
        former,
        isBarred: barred.get(resource.sourceId) === first.id,
        isOwnerGone: (id) => gone.has(id),
      });
      const waiting = held.get(resource.sourceId);
      const strangers =
        type === 'user' || refusal !== undefined
          ? 0
          : (waiting?.others ?? (await othersMembers(first, resource.sourceId, { target, store, signal })));
      const unmatchable =
        refusal ??
        (strangers > 0 && policy[type].populated === 'refused'
          ? refusePopulated(resource, finding.by, first.id, strangers)
          : undefined);
      if (unmatchable !== undefined) {
        rejected.push(unmatchable);
        continue;
      }
      taken.set(first.id, resource.sourceId);
      const counted = type === 'user' ? {} : { others: strangers };
      const wasOurs = former.get(first.id) === resource.sourceId ? { wasOurs: true as const } : {};
      matches.set(
        resource.sourceId,
        waiting ?? {
          targetId: first.id,
          matchedBy: finding.by,
          active: first.active !== false,
          body: first.body,
          ...counted,
          ...wasOurs,
        },
      );
    }
  }
  return { matches, rejected, unreached, leftOut, listed };
}

/** As if they had been found just now. */
function asFindings(resources: readonly Resource[], held: ReadonlyMap<SourceId, Match>): [SourceId, MatchFinding][] {
  return resources.flatMap(({ sourceId }): [SourceId, MatchFinding][] => {
    const match = held.get(sourceId);
    return match === undefined
      ? []
      : [[sourceId, { found: [{ id: match.targetId, active: match.active, body: match.body }], by: match.matchedBy }]];
  });
}

/** One page of everything costs as much as one look-up. */
const lookupsWorthOneList = 2;

interface Search extends Pick<CorrelationInput, 'target' | 'policy' | 'kept' | 'intents' | 'signal'> {
  readonly resources: readonly Resource[];
  readonly type: ResourceType;
  readonly paths: readonly string[];
  /** How many are known to be there: a list with fewer is not believed (Snowflake's has one made-up user). */
  readonly linked: number;
  /** Told whom a whole list shows. */
  readonly tellListed: (ids: ReadonlySet<TargetId>) => void;
}

async function search(input: Search): Promise<LookUps<MatchFinding>> {
  const { resources, target, paths, intents, signal } = input;
  const lookups = resources.length * paths.length;
  if (lookups > lookupsWorthOneList) {
    const everything = await listEverything(input, Math.floor(lookups / lookupsWorthOneList));
    if (isFailure(everything) && endsAll(everything)) throw targetError(target.name, everything);
    if (isFailure(everything) && everything.class === 'throttled') return { findings: new Map(), last: everything };
    if (everything !== undefined && !isFailure(everything)) {
      input.tellListed(new Set(everything.map(({ id }) => id)));
      const begun = resources.flatMap((one) => asEntry(one, listBegun(one, input, everything)));
      const findings = new Map([...searchList(resources, withExternalId(paths), everything), ...begun]);
      if (input.kept.take(sizeOfAll(findings))) return { findings, last: undefined };
    }
  }
  const pathsOf = ({ sourceId }: Resource) => (intents.has(sourceId) ? withExternalId(paths) : paths);
  const lookUp = async (resource: Resource): Promise<MatchFinding | Failure> =>
    (await findBegun(resource, input)) ?? findOne(target, resource, pathsOf(resource), signal);
  return findRefused(
    await lookUpEach(resources, lookUp, { kept: input.kept, sizeOf }, target.concurrency, signal),
    input,
  );
}

function sizeOfAll(findings: ReadonlyMap<SourceId, MatchFinding>): number {
  return [...findings.values()].reduce((sum, finding) => sum + sizeOf(finding), 0);
}

function asEntry({ sourceId }: Resource, finding: MatchFinding): [SourceId, MatchFinding][] {
  return finding === undefined ? [] : [[sourceId, finding]];
}

function sizeOf(finding: MatchFinding): number {
  return finding?.found.reduce((sum, { size = 0 }) => sum + size, 0) ?? 0;
}

/** After these nothing else works either, and every further try could only do harm. */
function endsAll({ class: failureClass }: Failure): boolean {
  return failureClass === 'auth' || failureClass === 'renumbered';
}

/** Whoever the target refuses to search for, if only by one match attribute, is searched for in a list of everybody, whatever it costs. */
async function findRefused({ findings, last }: LookUps<MatchFinding>, input: Search): Promise<LookUps<MatchFinding>> {
  const refused = input.resources.filter(({ sourceId }) => {
    const finding = findings.get(sourceId);
    if (!findings.has(sourceId)) return last !== undefined && !isUnreached(last);
    return isFailure(finding) ? !isUnreached(finding) : finding?.isPartial === true;
  });
  if (refused.length === 0) return { findings, last };
  const everything = await listEverything(input, Infinity);
  if (everything === undefined || isFailure(everything)) return { findings, last };
  return { findings: new Map([...findings, ...searchList(refused, withExternalId(input.paths), everything)]), last };
}

/** Everything that a target has of a type, as far as that can be believed and is worth so many requests. */
export async function listEverything(
  { type, target, linked, signal }: Pick<Search, 'type' | 'target' | 'linked' | 'signal'>,
  worthRequests: number,
): Promise<FoundResource[] | Failure | undefined> {
  const everything = await target.inventory(type, worthRequests, signal);
  return Array.isArray(everything) && everything.length < linked ? undefined : everything;
}

/** Our own id first: what a create with a lost answer may have left is certainly ours. */
export function withExternalId(paths: readonly string[]): readonly string[] {
  return ['externalId', ...paths.filter((path) => path !== 'externalId')];
}

/** Each resource by the first of its match attributes that somebody in the list has too. */
export function searchList(
  resources: readonly Pick<Resource, 'sourceId' | 'attributes'>[],
  paths: readonly string[],
  everything: readonly FoundResource[],
): Map<SourceId, MatchFinding> {
  const indexes = paths.map((path) => {
    const index = new Map<string, FoundResource[]>();
    for (const one of everything) {
      const values = scimValues(one.body, scimPath(path)).flatMap((value) => textOf(value) ?? []);
      for (const key of new Set(values.map((value) => comparable(path, value)))) {
        const alike = index.get(key);
        if (alike === undefined) index.set(key, [one]);
        else alike.push(one);
      }
    }
    return { path, index };
  });
  return new Map(
    resources.map((resource) => {
      for (const { path, index } of indexes) {
        const value = valueOf(resource, path);
        const found = typeof value === 'string' ? index.get(comparable(path, value)) : undefined;
        if (found !== undefined) return [resource.sourceId, { found, by: path }];
      }
      return [resource.sourceId, undefined];
    }),
  );
}

/** externalId is case-exact, names and mail are not (RFC 7643 §3.1, §4.1); nor does another form of the same text make another person. */
function comparable(path: string, value: string): string {
  return path === 'externalId' ? comparableId(value) : fold(value);
}

/**
 * Searches one resource on the target by its match attributes. A failure when the target refuses to search for every
 * value that it has, or cannot be asked now: then nobody knows whether it is there. With nobody found, it says when a
 * match attribute could not be searched by; not so of externalId, which many targets cannot search by.
 *
 * @throws BridgeError when the target refuses the credentials
 */
export async function findOne(
  target: ScimTarget,
  resource: Pick<Resource, 'type' | 'attributes'> & Partial<Pick<Resource, 'createOnly'>>,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<MatchFinding | Failure> {
  let refused: Failure | undefined;
  let searched: string | undefined;
  let isPartial = false;
  for (const path of paths) {
    const value = valueOf(resource, path);
    if (typeof value !== 'string') continue;
    const found = await target.find(resource.type, path, value, signal);
    if (!isFailure(found)) {
      searched = path;
      if (found.length > 0) return { found, by: path };
    } else if (endsAll(found)) throw targetError(target.name, found);
    else if (isUnreached(found)) return found;
    else {
      refused = found;
      isPartial ||= path !== 'externalId';
    }
  }
  if (searched === undefined) return refused;
  return isPartial ? { found: [], by: searched, isPartial } : undefined;
}

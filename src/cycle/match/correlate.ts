import { isSourceId } from '../../core/directory/source-id.ts';
import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import type { Rejected, Resource } from '../../core/model/resource.ts';
import type { Match } from '../../core/planning/plan-input.ts';
import { cutShort, isFailure, type FoundResource } from '../../ports/scim-target.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Intent } from '../../ports/state-records.ts';
import type { StateView } from '../../ports/state-store.ts';
import { othersMembers, withMembers } from './others-members.ts';
import type { TargetSetup } from '../shared/target-setup.ts';
import { createPauses } from '../shared/turns.ts';
import { isUnreached, type LookUps, type Unreached } from './look-up.ts';
import { assertNotRenumbered } from './renumbered.ts';
import { search, type MatchFinding } from './search.ts';
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
  /** Newcomers to whom the account of one of these passes, unless they have one of their own: its id. */
  readonly passing: ReadonlyMap<SourceId, TargetId>;
  /** Where others wait for their turn meanwhile. */
  readonly clock?: Pick<Clock, 'monotonic'> | undefined;
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
  const { target, held } = input;
  const correlation: Growing = {
    matches: new Map(),
    rejected: [],
    unreached: new Map(),
    leftOut: new Set(),
    listed: { user: undefined, group: undefined },
  };
  let silence: Failure | undefined;
  for (const type of ['user', 'group'] as const) {
    const resources = unlinked.filter((resource) => resource.type === type);
    if (resources.length === 0) continue;
    const open = target.takes(type) === 'none' ? [] : resources.filter(({ sourceId }) => !held.has(sourceId));
    // Who leaves waits behind every search: a target that does not answer is not asked about the next type.
    const searched =
      silence !== undefined || open.length === 0
        ? { findings: new Map<SourceId, MatchFinding | Failure>(), last: silence }
        : await searchType(type, open, correlation, input);
    // Also when the search has just shown that it has no such type.
    if (target.takes(type) === 'none') {
      for (const { sourceId } of resources) correlation.leftOut.add(sourceId);
      continue;
    }
    const answered = [...searched.findings.values()].some((finding) => finding === undefined || !isFailure(finding));
    if (searched.last?.late === true && !answered) silence = searched.last;
    await judgeFindings(resources, searched, correlation, input);
  }
  return correlation;
}

/** What is found, type by type. */
interface Growing extends Correlation {
  readonly matches: Map<SourceId, Match>;
  readonly rejected: Rejected[];
  readonly unreached: Map<SourceId, Unreached>;
  readonly leftOut: Set<SourceId>;
  readonly listed: Record<ResourceType, ReadonlySet<TargetId> | undefined>;
}

async function searchType(
  type: ResourceType,
  resources: readonly Resource[],
  { listed }: Growing,
  input: CorrelationInput,
): Promise<LookUps<MatchFinding>> {
  const linked = (await input.store.counts(input.target.name))[type].active;
  const tellListed = (ids: ReadonlySet<TargetId>): void => void (listed[type] = ids);
  return search({ ...input, resources, type, paths: input.policy[type].match, linked, tellListed });
}

/** Whose account is whose, one after the other: an account that fits two is the first one's. */
async function judgeFindings(
  resources: readonly Resource[],
  { findings: searched, last }: LookUps<MatchFinding>,
  correlation: Growing,
  input: CorrelationInput,
): Promise<void> {
  const [type] = resources.map((resource) => resource.type);
  if (type === undefined) return;
  const { target, store } = input;
  const findings = new Map([...searched, ...asFindings(resources, input.held)]);
  const ids = [...findings.values()].flatMap((finding) =>
    isFailure(finding) ? [] : (finding?.found.map((one) => one.id) ?? []),
  );
  const accounts: Accounts = {
    taken: new Map(await store.owners(target.name, type, ids)),
    former: await store.formerOwners(target.name, type, ids),
  };
  const pause = createPauses(input.clock);
  for (const resource of resources) {
    const paused = pause();
    if (paused !== undefined) await paused;
    const { sourceId } = resource;
    const finding = findings.get(sourceId);
    if (last !== undefined && !findings.has(sourceId))
      correlation.unreached.set(sourceId, { failure: last, asked: false });
    else if (isFailure(finding) && isUnreached(finding))
      correlation.unreached.set(sourceId, { failure: finding, asked: finding !== cutShort });
    else {
      const judged = isFailure(finding)
        ? rejectMatch(resource, 'search_refused', refusedText(finding))
        : await judgeFinding(resource, finding, accounts, input);
      if (judged === undefined) continue;
      if ('reasons' in judged) correlation.rejected.push(judged);
      else correlation.matches.set(sourceId, judged);
    }
  }
}

/** Who has the accounts that were found. */
interface Accounts {
  /** Takes whom a newcomer matches. */
  readonly taken: Map<TargetId, SourceId>;
  readonly former: ReadonlyMap<TargetId, SourceId>;
}

/** @returns undefined when the target has nobody, so that they are created, or come in the place of an entry that is gone */
async function judgeFinding(
  resource: Resource,
  finding: MatchFinding,
  { taken, former }: Accounts,
  input: CorrelationInput,
): Promise<Match | Rejected | undefined> {
  const { target, store, barred, held, gone, passing, intents, signal } = input;
  const { type, sourceId } = resource;
  const policy = input.policy[type];
  const [first, ...others] = finding?.found ?? [];
  const passes = passing.get(sourceId);
  if (passes !== undefined && others.length === 0 && (first === undefined || first.id === passes)) return undefined;
  if (finding === undefined || first === undefined) {
    const why = `the target has no such ${type}, and takes none from outside; make it there`;
    const isCreated = policy.create && target.takes(type) !== 'existing';
    return isCreated ? undefined : rejectMatch(resource, 'not_created', why);
  }
  const { by } = finding;
  await assertNotRenumbered(sourceId, first, taken, input);
  const isBarred = barred.get(sourceId) === first.id;
  const isOwnerGone = (id: SourceId): boolean => gone.has(id);
  const refusal = refuse({ resource, found: first, others, by, policy, taken, former, isBarred, isOwnerGone });
  if (refusal !== undefined) return refusal;
  const waiting = held.get(sourceId);
  const found = type === 'user' || waiting !== undefined ? first : await withMembers(first, sourceId, input);
  const strangers =
    type === 'user' ? 0 : (waiting?.others ?? (await othersMembers(found, sourceId, { target, store, signal })));
  if (strangers > 0 && policy.populated === 'refused') return refusePopulated(resource, by, first.id, strangers);
  taken.set(first.id, sourceId);
  return (
    waiting ?? {
      targetId: first.id,
      matchedBy: by,
      active: first.active !== false,
      body: found.body,
      ...(type === 'user' ? {} : { others: strangers }),
      ...(former.get(first.id) === sourceId ? { wasOurs: true as const } : {}),
      ...(isUnfinished(intents.get(sourceId), first, sourceId) ? { unfinished: true as const } : {}),
    }
  );
}

function isUnfinished(
  intent: Pick<Intent, 'adopts'> | undefined,
  { body }: FoundResource,
  sourceId: SourceId,
): boolean {
  return intent !== undefined && intent.adopts === undefined && isSourceId(body['externalId'], sourceId);
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

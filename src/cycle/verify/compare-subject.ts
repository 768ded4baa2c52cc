import { isDeepStrictEqual } from 'node:util';
import type { SourceId } from '../../core/model/entry.ts';
import type { Link, TargetId } from '../../core/model/link.ts';
import type { Drift, DriftKind, ValueDrift } from '../../core/model/drift.ts';
import type { Failure } from '../../core/model/outcome.ts';
import { shownActive } from '../../core/mapping/active.ts';
import { keepChoices } from '../../core/planning/keep-choice.ts';
import { compareLifecycle } from '../../core/verify/compare-lifecycle.ts';
import { compareMembers, type MemberComparison } from '../../core/verify/compare-members.ts';
import { compareResource, type ResourceComparison } from '../../core/verify/compare-resource.ts';
import { isFailure, type FoundResource, type ScimTarget } from '../../ports/scim-target.ts';
import type { StateView } from '../../ports/state-store.ts';
import type { RemovalPolicy } from '../../core/planning/policy.ts';
import { gather } from '../shared/batches.ts';
import { targetIds } from '../shared/target-ids.ts';
import type { Subject, Wanted } from './subjects.ts';

export interface ComparisonInput {
  readonly target: ScimTarget;
  readonly store: StateView;
  readonly wanted: Wanted;
  readonly removal: RemovalPolicy;
  /** `adoptedMembers: remove` */
  readonly strangersLeave: boolean;
  readonly signal: AbortSignal;
}

/** What the state knew before the target was asked. */
export interface KnownBefore {
  /** Links of those to whom resources refer. */
  readonly references: ReadonlyMap<SourceId, Link>;
  /** Of a group. */
  readonly acknowledged: readonly SourceId[];
}

/** What the target shows of one resource, against what should be there. */
export interface Compared {
  /** Undefined: nothing differs, but perhaps for what is absent. */
  readonly drift: Drift | undefined;
  /** Of which it shows nothing: a difference where the target shows these paths of others. */
  readonly absent: readonly ValueDrift[];
  /** It carries another externalId: somebody else's, where the target shows those that it was given. */
  readonly isAnothers: boolean;
  readonly shown: readonly string[];
  readonly acknowledged: ReadonlySet<SourceId>;
  /** The next cycle writes something anyway. */
  readonly waits: boolean;
  /** Its entry left, and the next cycle ends its access. */
  readonly departs: boolean;
  /** It differs in what the target does not store. */
  readonly isUnstored: boolean;
  /** Whether it is active is said in no word that is known, or not at all: that says something where others say it. */
  readonly activity: 'unclear' | 'silent' | undefined;
  /** Of a group: members that are not ours, and stay. */
  readonly foreignMembers: number;
  /** Of a group: it does not show who is in it. */
  readonly hidesMembers: boolean;
}

const nothing: ResourceComparison = { values: [], absent: [], shown: [], isAnothers: false, waiting: 0, unstored: 0 };
const nobody: MemberComparison = { left: [], joined: [], strangers: [], foreign: 0, waits: false };

/** Compares a resource that was found with its link and what is wanted. For a group, asks for its members where they were not shown along. */
export async function compareSubject(
  subject: Subject,
  found: FoundResource,
  known: KnownBefore,
  input: ComparisonInput,
): Promise<Compared | Failure> {
  const { link, resource } = subject;
  const targetIdOf = targetIds({ links: known.references });
  const { digest } = input.store;
  const links = new Map([[link.sourceId, link]]);
  // Whoever is switched off answers to nothing at some targets, and nothing else is sent about them.
  const isCompared = resource !== undefined && (link.lifecycle === 'active' || !input.target.recreates);
  const compared = isCompared
    ? compareResource({
        resource: keepChoices(resource, { links, matches: new Map(), digest }, targetIdOf),
        link,
        body: found.body,
        digest,
        targetIdOf,
      })
    : nothing;
  const acknowledged = new Set(known.acknowledged);
  const members = await membersCompared(subject, found, acknowledged, input);
  if (isFailure(members)) return members;
  const departs = isDeparting(subject, acknowledged, input.removal);
  const lifecycle = compareLifecycle(link, subject.active, found.active ?? shownActive(found.body));
  const isWaiting = subject.isInScope && lifecycle === 'waiting';
  return {
    drift: driftOf(subject, compared, members ?? nobody, lifecycle),
    isAnothers: compared.isAnothers,
    absent: compared.absent,
    shown: found.active === undefined ? compared.shown : [...compared.shown, 'active'],
    acknowledged,
    waits: compared.waiting > 0 || isWaiting || members?.waits === true,
    departs,
    activity: lifecycle === 'unclear' || lifecycle === 'silent' ? lifecycle : undefined,
    isUnstored: compared.unstored > 0 || lifecycle === 'unstored',
    foreignMembers: members?.foreign ?? 0,
    hidesMembers: members === undefined,
  };
}

/** See planDeparture. */
function isDeparting(
  { link, isInScope }: Subject,
  acknowledged: ReadonlySet<SourceId>,
  { leaves, groups }: RemovalPolicy,
): boolean {
  if (isInScope) return false;
  if (link.type === 'user') return leaves !== 'keep' && link.lifecycle === 'active';
  return groups === 'delete' || (groups === 'empty' && acknowledged.size > 0);
}

/** Undefined: the group does not show them. */
async function membersCompared(
  { link, resource }: Subject,
  found: FoundResource,
  acknowledged: ReadonlySet<SourceId>,
  { target, store, wanted, strangersLeave, signal }: ComparisonInput,
): Promise<MemberComparison | Failure | undefined> {
  if (link.type === 'user' || resource === undefined) return nobody;
  const shown = await target.membersOf(found, signal);
  if (shown === undefined || isFailure(shown)) return shown;
  const owners = new Map<TargetId, SourceId>();
  for (const type of ['user', 'group'] as const)
    for (const [id, owner] of await gather(shown, (batch) => store.owners(target.name, type, batch)))
      owners.set(id, owner);
  const members = new Set(resource.members);
  const links = await gather([...acknowledged.union(members)], (batch) => store.links(target.name, batch));
  return compareMembers({
    wanted: members,
    acknowledged,
    unsettled: new Set(link.unsettled),
    shown,
    owners,
    lifecycleOf: (id) => links.get(id)?.lifecycle,
    isInScope: (id) => wanted.resources.has(id) || wanted.rejected.has(id),
    strangersLeave,
  });
}

function driftOf(
  subject: Subject,
  { values }: ResourceComparison,
  { left, joined, strangers }: MemberComparison,
  lifecycle: ReturnType<typeof compareLifecycle>,
): Drift | undefined {
  const kinds: DriftKind[] = [
    ...(lifecycle === 'enabled' || lifecycle === 'disabled' ? [lifecycle] : []),
    ...(values.length > 0 ? (['attribute'] as const) : []),
    ...(left.length + joined.length + strangers.length > 0 ? (['member'] as const) : []),
  ];
  return kinds.length === 0 ? undefined : { ...plainDrift(subject, kinds), values, left, joined, strangers };
}

/** The same with values that are absent although the target shows such values. */
export function withAbsent(
  subject: Subject,
  drift: Drift | undefined,
  absent: readonly ValueDrift[],
): Drift | undefined {
  if (absent.length === 0) return drift;
  const { kinds, ...rest } = drift ?? plainDrift(subject, []);
  return { ...rest, kinds: [...new Set([...kinds, 'attribute' as const])], values: [...rest.values, ...absent] };
}

/** A resource with drift of these kinds, and nothing more to say of it. */
export function plainDrift({ link, label }: Subject, kinds: readonly DriftKind[]): Drift {
  const { type, sourceId, targetId } = link;
  return { type, sourceId, targetId, label, kinds, values: [], left: [], joined: [], strangers: [] };
}

/** Whether a cycle wrote to it since it was compared: then nobody else has changed it as far as anybody knows. */
export function isSameLink(before: Link, now: Link | undefined): boolean {
  return now !== undefined && isDeepStrictEqual(JSON.parse(JSON.stringify(before)), JSON.parse(JSON.stringify(now)));
}

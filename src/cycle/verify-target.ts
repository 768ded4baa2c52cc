import type { ResourceType, SourceId } from '../core/model/entry.ts';
import { countDrift, type Drift, type DriftCounts } from '../core/model/drift.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import { countReasons, type ReasonCounts } from '../core/model/resource.ts';
import type { Clock } from '../ports/clock.ts';
import type { RejectionRecord } from '../ports/decisions.ts';
import type { HeldRecord } from '../ports/state-records.ts';
import type { StateView } from '../ports/state-store.ts';
import { checkBinding } from './bind-target.ts';
import { draftKnowing } from './plan/clean-cycles.ts';
import { checkMustSee } from './plan/must-see.ts';
import { gather } from './shared/batches.ts';
import { remind } from './shared/target-notes.ts';
import type { TargetSetup } from './shared/target-setup.ts';
import { isSameLink } from './verify/compare-subject.ts';
import type { Foreign } from './verify/look-through-list.ts';
import { readBack, type ReadBack } from './verify/read-back.ts';
import type { Found } from './verify/findings.ts';
import { wantedIn, type Wanted } from './verify/subjects.ts';

/** What a target shows of what is managed there, against what should be there. */
export interface VerifiedTarget {
  readonly target: string;
  /** Resources that were compared, the missing ones included. */
  readonly compared: Readonly<Record<ResourceType, number>>;
  readonly drift: readonly Drift[];
  readonly counts: DriftCounts;
  /** Whose drift it is, with the links by which it was found. */
  readonly found: readonly Found[];
  readonly foreign: Readonly<Partial<Record<ResourceType, Foreign>>>;
  readonly notCompared: NotCompared;
  /** How people call those of whom drift speaks. */
  readonly names: ReadonlyMap<SourceId, string>;
}

/** What is known, or cannot be known, and so is no drift. */
export interface NotCompared {
  /** In scope and without an account, or with one that the target was found to have lost: the next cycle looks for it. */
  readonly unlinked: number;
  /** Resources of which the next cycle writes something anyway. */
  readonly waiting: number;
  /** Resources to which a cycle wrote while they were compared. */
  readonly moving: number;
  readonly settling: number;
  readonly unread: number;
  readonly left: number;
  /** Members of our groups that are not ours, and stay. */
  readonly foreignMembers: number;
  readonly hidingMembers: number;
  /** In scope, and cannot be written. */
  readonly rejected: ReasonCounts;
  /** Entries of which something fails. */
  readonly quarantined: number;
  readonly held: HeldRecord | undefined;
  /** What people rejected or took back, and stays as it is. */
  readonly rejections: readonly RejectionRecord[];
}

export interface VerifyInput {
  readonly setup: TargetSetup;
  readonly readings: readonly CompleteReading[];
  readonly store: StateView;
  /** The state at the end: cycles may have gone on meanwhile. */
  readonly storeAfter: () => Promise<StateView>;
  /** Of these alone; without it, everyone. */
  readonly only?: ReadonlySet<SourceId> | undefined;
  readonly clock: Pick<Clock, 'now'>;
  readonly signal: AbortSignal;
  readonly isStopping: () => boolean;
}

/**
 * Reads a target back and compares it with what directory, map and state say. Writes nothing anywhere. It may run beside
 * cycles: what one of them wrote meanwhile is not taken for somebody else's change.
 *
 * @throws BridgeError when the target refuses the credentials, or does not answer
 */
export async function verifyTarget(input: VerifyInput): Promise<VerifiedTarget> {
  const { setup, readings, store, clock } = input;
  const { target, policy } = setup;
  checkMustSee(setup, readings);
  await checkBinding(setup, store);
  const { projection } = await draftKnowing(undefined, readings, setup.definition, { now: () => clock.now() }, store);
  await remind(target, store);
  const wanted = wantedIn(projection);
  const how = {
    ...input,
    target,
    wanted,
    directories: new Set(readings.map(({ directory }) => directory)),
    strangersLeave: policy.group.adoptedMembers === 'remove',
  };
  const users = await readBack('user', how);
  const groups = await readBack('group', how);
  const all = [...users.found, ...groups.found];
  const found = await stillSame(all, target.name, await input.storeAfter());
  const drift = found.map((one) => one.drift).sort(inReadingOrder);
  return {
    target: target.name,
    compared: { user: users.compared, group: groups.compared },
    drift,
    counts: countDrift(drift),
    found,
    foreign: {
      ...(users.foreign === undefined ? {} : { user: users.foreign }),
      ...(groups.foreign === undefined ? {} : { group: groups.foreign }),
    },
    notCompared: await notCompared([users, groups], wanted, all.length - found.length, input),
    names: namesOf(drift, wanted),
  };
}

/** Users before groups, by name. */
function inReadingOrder(a: Drift, b: Drift): number {
  return a.type === b.type ? a.label.localeCompare(b.label, 'en', { numeric: true }) : a.type === 'user' ? -1 : 1;
}

/** Those to whom no cycle wrote since. */
async function stillSame(found: readonly Found[], target: string, store: StateView): Promise<Found[]> {
  const links = await gather(
    found.map(({ link }) => link.sourceId),
    (batch) => store.links(target, batch),
  );
  const groups = found.filter(({ link }) => link.type === 'group').map(({ link }) => link.sourceId);
  const members = await gather(groups, (batch) => store.members(target, batch));
  return found.filter(({ link, members: before, drift }) => {
    const { sourceId } = link;
    const isSame = before.symmetricDifference(new Set(members.get(sourceId))).size === 0;
    return isSameLink(link, links.get(sourceId)) && (isSame || drift.kinds.includes('missing'));
  });
}

async function notCompared(
  parts: readonly ReadBack[],
  { resources, rejected }: Wanted,
  moving: number,
  { setup, store, only }: VerifyInput,
): Promise<NotCompared> {
  const target = setup.target.name;
  const sum = (key: 'waiting' | 'settling' | 'unread' | 'left' | 'foreignMembers' | 'hidingMembers'): number =>
    parts.reduce((total, part) => total + part[key], 0);
  const ids = only === undefined ? [...resources.keys()] : [];
  const links = await gather(ids, (batch) => store.links(target, batch));
  const counts = await store.counts(target);
  const { held, rejections = [] } = await store.target(target);
  return {
    unlinked: ids.filter((id) => (links.get(id)?.lifecycle ?? 'lost') === 'lost').length,
    waiting: sum('waiting'),
    moving,
    settling: sum('settling'),
    unread: sum('unread'),
    left: sum('left'),
    foreignMembers: sum('foreignMembers'),
    hidingMembers: sum('hidingMembers'),
    rejected: countReasons([...rejected.values()]),
    quarantined: counts.user.quarantined + counts.group.quarantined,
    held,
    rejections,
  };
}

function namesOf(drift: readonly Drift[], { resources, rejected }: Wanted): ReadonlyMap<SourceId, string> {
  const names = new Map<SourceId, string>();
  for (const { left, joined } of drift)
    for (const id of [...left, ...joined]) {
      const label = resources.get(id)?.label ?? rejected.get(id)?.label;
      if (label !== undefined) names.set(id, label);
    }
  return names;
}

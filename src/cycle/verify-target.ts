import type { ResourceType, SourceId } from '../core/model/entry.ts';
import { countDrift, type Drift, type DriftCounts } from '../core/model/drift.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import { BridgeError } from '../core/model/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { ComparedNotes } from '../ports/compared-notes.ts';
import type { StateView } from '../ports/state-store.ts';
import { checkBinding } from './bind-target.ts';
import { draftKnowing } from './plan/clean-cycles.ts';
import { checkMustSee } from './plan/must-see.ts';
import { gather } from './shared/batches.ts';
import { remind } from './shared/target-notes.ts';
import type { TargetSetup } from './shared/target-setup.ts';
import { nothingBefore, openComparedBefore, type ComparedBefore, type Continued } from './verify/compared-before.ts';
import { isSameLink } from './verify/compare-subject.ts';
import type { Foreign } from './verify/look-through-list.ts';
import { notCompared, type NotCompared } from './verify/not-compared.ts';
import type { ReadBackInput } from './verify/read-back-input.ts';
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
  /** What comparisons that were cut short had looked up; undefined where this one looked at everything. */
  readonly continued: Continued | undefined;
  /** How people call those of whom drift speaks. */
  readonly names: ReadonlyMap<SourceId, string>;
}

export interface VerifyInput {
  readonly setup: TargetSetup;
  readonly readings: readonly CompleteReading[];
  readonly store: StateView;
  /** The state at the end: cycles may have gone on meanwhile. */
  readonly storeAfter: () => Promise<StateView>;
  /** Of these alone; without it, everyone. */
  readonly only?: ReadonlySet<SourceId> | undefined;
  /** Where is noted what was compared, in case this comparison is cut short; undefined: nowhere. */
  readonly notes?: ComparedNotes | undefined;
  /** The schedule asks for it, and no person. */
  readonly isScheduled?: boolean | undefined;
  readonly clock: Pick<Clock, 'now'>;
  readonly signal: AbortSignal;
  readonly isStopping: () => boolean;
}

/**
 * Reads a target back and compares it with what directory, map and state say. Writes nothing, but notes of what it has
 * looked up: where it is cut short, the next one goes on. It may run beside cycles: what one of them wrote meanwhile is
 * not taken for somebody else's change.
 *
 * @throws BridgeError when the target refuses the credentials, or does not answer
 */
export async function verifyTarget(input: VerifyInput): Promise<VerifiedTarget> {
  const { setup, readings, store, clock } = input;
  const { target, policy, removal, createInactive } = setup;
  checkMustSee(setup, readings);
  await checkBinding(setup, store);
  const { projection } = await draftKnowing(undefined, readings, setup.definition, clock, store);
  await remind(target, store);
  const wanted = wantedIn(projection);
  const before = await comparedBefore(input);
  const how = {
    ...input,
    before,
    target,
    wanted,
    directories: new Set(readings.map(({ directory }) => directory)),
    removal,
    strangersLeave: policy.group.adoptedMembers === 'remove',
  };
  const { users, groups } = await readAllBack(how, input);
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
    notCompared: await notCompared([users, groups], wanted, all.length - found.length, {
      target,
      createInactive,
      store,
      only: input.only,
    }),
    continued: before.continued,
    names: namesOf(drift, wanted),
  };
}

/** Whoever is looked at once more, after a repair, is looked up in any case. */
async function comparedBefore(input: VerifyInput): Promise<ComparedBefore> {
  const { setup, store, only, notes, isScheduled = false, clock } = input;
  if (notes === undefined || only !== undefined) return nothingBefore;
  const { target, url, fingerprint, program, policy, removal } = setup;
  const basis = JSON.stringify([url, fingerprint, program, policy.group.adoptedMembers, removal]);
  const { digest } = store;
  return openComparedBefore({ notes, target: target.name, digest, basis, isScheduled, now: () => clock.now() });
}

/** What was noted goes when everything was looked at, and when the target is not to be believed. */
async function readAllBack(
  how: ReadBackInput,
  { only, notes }: VerifyInput,
): Promise<{ readonly users: ReadBack; readonly groups: ReadBack }> {
  const clear = async (): Promise<void> => (only === undefined ? notes?.clear(how.target.name) : undefined);
  try {
    const users = await readBack('user', how);
    const groups = await readBack('group', how);
    if (users.left + groups.left === 0) await clear();
    return { users, groups };
  } catch (thrown) {
    if (thrown instanceof BridgeError && thrown.code === 'D2S_TARGET_PROTOCOL') await clear();
    throw thrown;
  }
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

function namesOf(drift: readonly Drift[], { resources, rejected }: Wanted): ReadonlyMap<SourceId, string> {
  const names = new Map<SourceId, string>();
  for (const { left, joined } of drift)
    for (const id of [...left, ...joined]) {
      const label = resources.get(id)?.label ?? rejected.get(id)?.label;
      if (label !== undefined) names.set(id, label);
    }
  return names;
}

import type { ResourceType, SourceId } from './entry.ts';
import type { TargetId } from './link.ts';
import type { ScimValue } from './resource.ts';

/**
 * In what a resource on a target is not what it was left as:
 *
 * - `missing`   the target does not have it any more
 * - `disabled`  it is switched off there, and shall be active
 * - `enabled`   it is active there, and shall be switched off
 * - `attribute` an attribute has another value
 * - `member`    a group lost a member, or has one whom nobody put there
 * - `identity`  it carries an externalId that is somebody else's: nothing more is said of it, and nothing written to it
 */
export const driftKinds = ['missing', 'disabled', 'enabled', 'attribute', 'member', 'identity'] as const;
export type DriftKind = (typeof driftKinds)[number];

/** One attribute that others changed. Holds personal data: for people who ask, never stored or logged. */
export interface ValueDrift {
  /** Canonical SCIM path. */
  readonly path: string;
  /** As the target answered it; undefined: it has none. */
  readonly held: unknown;
  /** What should be there; undefined: nothing. */
  readonly wanted: ScimValue | undefined;
}

/** A resource that others changed on the target since it was acknowledged. */
export interface Drift {
  readonly type: ResourceType;
  readonly sourceId: SourceId;
  readonly targetId: TargetId;
  /** How a person would call it; the source id where the directory does not show it. */
  readonly label: string;
  readonly kinds: readonly DriftKind[];
  readonly values: readonly ValueDrift[];
  /** Of a group: members whom it lost. */
  readonly left: readonly SourceId[];
  /** Of a group: accounts of ours that are in it, and that nobody put there. */
  readonly joined: readonly SourceId[];
  /** Of a group whose strangers leave: accounts that are not ours. */
  readonly strangers: readonly TargetId[];
}

/**
 * Why a resource is not, or not for certain, as it should be, although nobody changed it on the target:
 *
 * - `refused`       the target refuses what is to be done
 * - `failing`       what is to be done failed, and is tried again
 * - `mislaid`       it has to lose access, and cannot be found on the target
 * - `noSeat`        it is not made, because all seats are taken
 * - `unwritable`    it cannot be written: it cannot be mapped, or its account is not known for certain
 * - `unstored`      the target does not store everything of it
 * - `unlinked`      the target does not have it yet
 * - `waiting`       the next cycle changes it anyway
 * - `departed`      its entry is gone or out of scope, and the next cycle ends its access
 * - `held`          the guard holds what is to be done
 * - `rejected`      a person rejected or took back what is to be done
 * - `moving`        a cycle wrote to it while it was compared
 * - `settling`      it was made a moment ago, and is not to be seen everywhere yet
 * - `hidingMembers` it does not show who is in it
 * - `unclear`       it does not say, or in no word that is known, whether it is active
 */
export const exceptionKinds = [
  'refused',
  'failing',
  'mislaid',
  'noSeat',
  'unwritable',
  'unstored',
  'unlinked',
  'waiting',
  'departed',
  'held',
  'rejected',
  'moving',
  'settling',
  'hidingMembers',
  'unclear',
] as const;
export type ExceptionKind = (typeof exceptionKinds)[number];

/** So long a comparison that was cut short can go on. One that takes longer says too little of now. */
export const goesOnForHours = 12;

/** How many resources; those kinds of which there are none are not named. */
export type Exceptions = Readonly<Partial<Record<ExceptionKind, number>>>;

/** How many resources, by type and kind; those without drift of a kind are not named. */
export type DriftCounts = Readonly<Record<ResourceType, Readonly<Partial<Record<DriftKind, number>>>>>;

/** A resource counts once for each kind. */
export function countDrift(drift: readonly Pick<Drift, 'type' | 'kinds'>[]): DriftCounts {
  const counts: Record<ResourceType, Partial<Record<DriftKind, number>>> = { user: {}, group: {} };
  for (const { type, kinds } of drift) for (const kind of kinds) counts[type][kind] = (counts[type][kind] ?? 0) + 1;
  return counts;
}

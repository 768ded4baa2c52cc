import type { Exceptions } from '../../core/model/drift.ts';
import type { SourceId } from '../../core/model/entry.ts';
import { isRefusal } from '../../core/model/outcome.ts';
import { reasonCodes, type ReasonCode, type ReasonCounts, type Resource } from '../../core/model/resource.ts';
import { isActive } from '../../core/planning/availability.ts';
import type { RejectionRecord } from '../../ports/decisions.ts';
import type { HeldRecord, QuarantineRecord } from '../../ports/state-records.ts';
import type { ScimTarget } from '../../ports/scim-target.ts';
import type { StateView } from '../../ports/state-store.ts';
import { gather } from '../shared/batches.ts';
import { quarantinedOn } from '../shared/quarantined.ts';
import type { ReadBack } from './read-back.ts';
import type { Wanted } from './subjects.ts';

/** What is known, or cannot be known, and so is no drift. */
export interface NotCompared {
  /** Resources that are not, or not for certain, as they should be, by the reason. */
  readonly exceptions: Exceptions;
  /** Could not be read. */
  readonly unread: number;
  /** Not looked at, because it was stopped. */
  readonly left: number;
  /** Members of our groups that are not ours, and stay. */
  readonly foreignMembers: number;
  /** In scope, and cannot be written. */
  readonly rejected: ReasonCounts;
  readonly held: HeldRecord | undefined;
  /** What people rejected or took back, and stays as it is. */
  readonly rejections: readonly RejectionRecord[];
}

/**
 * What a comparison leaves open. What the next cycle would write counts as waiting only where nothing keeps it from
 * that: what is held, rejected or failed before says so instead.
 *
 * @param moving how many changed while they were compared
 * @param only those alone are compared; then nothing is said of others
 */
export async function notCompared(
  parts: readonly ReadBack[],
  { resources, rejected }: Wanted,
  moving: number,
  { target, createInactive, store, only }: NotComparedInput,
): Promise<NotCompared> {
  const { held, rejections = [] } = await store.target(target.name);
  const quarantine = await quarantinedOn(target.name, store);
  const countOf = (cause: QuarantineRecord['cause']): number =>
    quarantine.filter((record) => record.cause === cause).length;
  const heldIds = new Set(held?.operations.map(({ sourceId }) => sourceId));
  const rejectedIds = new Set(rejections.flatMap(({ operations }) => operations.map(({ sourceId }) => sourceId)));
  const kept = heldIds.union(rejectedIds).union(new Set(quarantine.map(({ sourceId }) => sourceId)));
  const isFree = (id: SourceId): boolean => !kept.has(id);
  const wanted = only === undefined ? [...resources.values()].filter(({ sourceId }) => isFree(sourceId)) : [];
  const reasons = reasonsOf(
    [...rejected.values()].flatMap((one) => one.reasons[0]?.code ?? []),
    quarantine,
  );
  const failures = quarantine.filter(({ cause }) => !isReason(cause) && !isNoFailure(cause));
  const refused = failures.filter(({ cause }) => isRefusal(cause)).length;
  const sum = (of: (part: ReadBack) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const free = (of: (part: ReadBack) => ReadonlySet<SourceId>): number =>
    sum((part) => [...of(part)].filter(isFree).length);
  return {
    exceptions: exceptionsOf({
      refused,
      failing: failures.length - refused,
      mislaid: countOf('mislaid'),
      noSeat: countOf('no_seat'),
      unwritable: Object.values(reasons).reduce((total, number) => total + number, 0),
      unstored: sum((part) => part.unstored),
      unlinked: await unlinked(wanted, createInactive, target, store),
      waiting: free((part) => part.waiting),
      departed: free((part) => part.departed),
      held: heldIds.size,
      rejected: rejectedIds.size,
      moving,
      settling: sum((part) => part.settling),
      hidingMembers: sum((part) => part.hidingMembers),
      unclear: sum((part) => part.unclear),
    }),
    unread: sum((part) => part.unread),
    left: sum((part) => part.left),
    foreignMembers: sum((part) => part.foreignMembers),
    rejected: reasons,
    held,
    rejections,
  };
}

function exceptionsOf(numbers: Required<Exceptions>): Exceptions {
  return Object.fromEntries(Object.entries(numbers).filter(([, number]) => number > 0));
}

interface NotComparedInput {
  readonly target: Pick<ScimTarget, 'name' | 'takes'>;
  readonly createInactive: boolean;
  readonly store: StateView;
  readonly only?: ReadonlySet<SourceId> | undefined;
}

/**
 * In scope and without an account, or with one that the target was found to have lost. Who is inactive gets none, and no
 * group where the target has none.
 */
async function unlinked(
  wanted: readonly Resource[],
  createInactive: boolean,
  target: NotComparedInput['target'],
  store: StateView,
): Promise<number> {
  const due = wanted
    .filter((one) => (createInactive || isActive(one)) && target.takes(one.type) !== 'none')
    .map(({ sourceId }) => sourceId);
  const links = await gather(due, (batch) => store.links(target.name, batch));
  return due.filter((id) => (links.get(id)?.lifecycle ?? 'lost') === 'lost').length;
}

/** Entries that cannot be mapped, and those whose account is not known for certain. */
function reasonsOf(mapped: readonly ReasonCode[], quarantine: readonly QuarantineRecord[]): ReasonCounts {
  const counts: Partial<Record<ReasonCode, number>> = {};
  const matched = quarantine.flatMap(({ cause }) => (isReason(cause) ? [cause] : []));
  for (const code of [...mapped, ...matched]) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

function isReason(cause: QuarantineRecord['cause']): cause is ReasonCode {
  return (reasonCodes as readonly string[]).includes(cause);
}

/** Nobody fits somebody inactive, a creation is held or waits for a seat, or somebody cannot be found: nothing failed. */
function isNoFailure(cause: QuarantineRecord['cause']): boolean {
  return cause === 'inactive' || cause === 'held' || cause === 'no_seat' || cause === 'mislaid';
}

import type { SourceId } from '../model/entry.ts';
import type { Digest } from '../model/link.ts';
import type { HeldOperation, Operation, RemovalCause } from '../model/plan.ts';
import { leadOf, partsOf, type Lead, type Part } from './guard-parts.ts';
import { putTogether } from './put-together.ts';
import type { PartContext } from './part-context.ts';
import { anyChangeMark, markOfPart, marksOf, memberMark, restOf } from './held-operation.ts';

/** What people decided about operations, by what these are. */
export interface Decided {
  readonly approved: readonly HeldOperation[];
  readonly rejected: readonly HeldOperation[];
}

/** A plan, divided by what people decided about it. */
export interface DividedPlan {
  /** Nobody has decided about these: the guard judges them, and them alone. */
  readonly open: readonly Operation[];
  readonly approved: readonly Operation[];
  readonly rejected: readonly Operation[];
}

type Share = keyof DividedPlan;

/**
 * Sorts out what people decided about before anything is counted, so that it neither fills a limit nor draws others in.
 * As in the guard, what follows a part that is rejected is rejected with it. A consequence (a leaver's memberships) has no
 * other decision than what it follows; of several, the one that was decided about counts. But a value that somebody rejected is
 * not sent because its entry gets access back in the same operation.
 */
export function divideDecided(
  operations: readonly Operation[],
  context: PartContext,
  { approved, rejected }: Decided,
  digest: Digest,
): DividedPlan {
  if (approved.length + rejected.length === 0) return { open: operations, approved: [], rejected: [] };
  const marks = { approved: new Set(approved.flatMap(marksOf)), rejected: new Set(rejected.flatMap(marksOf)) };
  const ownShare = (part: Part): Share =>
    isAmong(part, marks.rejected, 'any', digest)
      ? 'rejected'
      : isAmong(part, marks.approved, 'all', digest)
        ? 'approved'
        : 'open';
  const leads = new Map<Lead, Share>();
  for (const operation of operations) {
    for (const part of partsOf(operation, context)) {
      const lead = leadOf(part);
      if (lead !== undefined) leads.set(lead, ownShare(part));
    }
  }
  const shareOf = (part: Part): Share => {
    const shares = part.follows.map((lead) => leads.get(lead) ?? 'open');
    if (isOwnValue(part) && ownShare(part) === 'rejected') return 'rejected';
    if (part.isConsequence)
      return (['rejected', 'approved', 'open'] as const).find((share) => shares.includes(share)) ?? 'open';
    return shares.includes('rejected') ? 'rejected' : ownShare(part);
  };
  // What leads others may follow something itself: whoever is adopted and switched off at once.
  for (const operation of operations) {
    for (const part of partsOf(operation, context)) {
      const lead = part.follows.length === 0 ? undefined : leadOf(part);
      if (lead !== undefined) leads.set(lead, shareOf(part));
    }
  }
  const divided = { open: [] as Operation[], approved: [] as Operation[], rejected: [] as Operation[] };
  for (const operation of operations) {
    const parts = Map.groupBy(partsOf(operation, context), shareOf);
    for (const [share, some] of parts) for (const one of putTogether(operation, some)) divided[share].push(one);
  }
  return divided;
}

/** A value of the entry itself, and not that of a report whose manager leaves: it could be sent, or not, alone. */
function isOwnValue(part: Part): boolean {
  return 'change' in part && !part.follows.some((lead) => lead.startsWith('removal '));
}

/**
 * Whether a part is among those with these marks.
 *
 * @param members of a group that is emptied: an approval has to be of all of them; one whom somebody wants to stay is enough
 *   for it not to be emptied
 */
export function isAmong(part: Part, marks: ReadonlySet<string>, members: 'all' | 'any', digest: Digest): boolean {
  if (marks.size === 0) return false;
  const { operation } = part;
  if (part.kind === 'removal' && operation.verb === 'members') {
    const isMarked = (id: SourceId): boolean => marks.has(memberMark(operation.sourceId, '-', id));
    return members === 'all' ? operation.remove.every(isMarked) : operation.remove.some(isMarked);
  }
  return marks.has(markOfPart(part, digest)) || ('change' in part && marks.has(anyChangeMark(operation)));
}

/**
 * What of these operations a plan would still do, without what only follows others. An operation that is no longer wanted
 * is one that nobody has decided about when it comes again.
 *
 * @param plan without what was done already
 */
export function stillWanted(
  held: readonly HeldOperation[],
  plan: readonly Operation[],
  context: PartContext,
  digest: Digest,
): HeldOperation[] {
  if (held.length === 0) return [];
  const marks = new Set<string>();
  for (const operation of plan) {
    for (const part of partsOf(operation, context)) {
      if (part.isConsequence && !isOwnValue(part)) continue;
      if ('change' in part) marks.add(anyChangeMark(operation));
      marks.add(markOfPart(part, digest));
    }
    if (operation.verb === 'members' && operation.cause === 'departed')
      for (const id of operation.remove) marks.add(memberMark(operation.sourceId, '-', id));
  }
  return held.flatMap((one) => restOf(one, (mark) => marks.has(mark)) ?? []);
}

/**
 * What a rejection is good for: whoever rejected that somebody who is missing loses access has not rejected what the
 * directory says in so many words later, that they are disabled.
 */
export function stillRejected(held: readonly HeldOperation[], plan: readonly Operation[]): HeldOperation[] {
  const causes = causesIn(plan);
  return held.filter((one) => causeNow(one, causes) !== 'disabled' || one.departed === undefined);
}

/*
 * What somebody took back is held until the directory changes, and then it is for the guard again:
 *
 *   they lost access because | disabled now | out of scope now | gone now
 *   -------------------------+--------------+------------------+---------
 *   they were disabled       | held         | ends             | ends
 *   they left the scope      | ends         | held             | ends
 *   they were gone           | ends         | held             | held
 *   nobody noted why         | ends         | held             | held
 */

/** The same for what somebody took back. */
export function stillTakenBack(held: readonly HeldOperation[], plan: readonly Operation[]): HeldOperation[] {
  const causes = causesIn(plan);
  return held.filter((one) => {
    const now = causeNow(one, causes);
    return now === undefined || isKeptBack(one, now);
  });
}

/** Whether somebody whose removal was taken back keeps access, by the table above: also whether they get it back. */
export function isKeptBack({ departed, leftScope }: HeldOperation, now: RemovalCause): boolean {
  if (now === 'disabled') return departed === undefined;
  return departed === true && (now === 'left_scope' || leftScope !== true);
}

function causesIn(plan: readonly Operation[]): ReadonlyMap<SourceId, RemovalCause> {
  return new Map(
    plan.flatMap((one) => (one.verb === 'deactivate' || one.verb === 'delete' ? [[one.sourceId, one.cause]] : [])),
  );
}

/** Why somebody would lose access by the removal that is kept; undefined for anything else, and when nobody wants it. */
function causeNow(
  { verb, sourceId }: HeldOperation,
  causes: ReadonlyMap<SourceId, RemovalCause>,
): RemovalCause | undefined {
  return verb === 'deactivate' || verb === 'delete' ? causes.get(sourceId) : undefined;
}

/** Operations that the state keeps, without what others of them say too. */
export function minus(held: readonly HeldOperation[], others: readonly HeldOperation[]): HeldOperation[] {
  const marks = new Set(others.flatMap(marksOf));
  return marks.size === 0 ? [...held] : held.flatMap((one) => restOf(one, (mark) => !marks.has(mark)) ?? []);
}

/** Operations without those parts that others of the list do: nothing is done and left undone at once. */
export function without(
  operations: readonly Operation[],
  others: readonly Operation[],
  context: PartContext,
  digest: Digest,
): Operation[] {
  if (others.length === 0) return [...operations];
  const marks = new Set(
    others.flatMap((operation) => partsOf(operation, context).map((part) => markOfPart(part, digest))),
  );
  return operations.flatMap((operation) =>
    putTogether(
      operation,
      partsOf(operation, context).filter((part) => !marks.has(markOfPart(part, digest))),
    ),
  );
}

import { countReasons } from '../core/model/resource.ts';
import type { Operation, Verb } from '../core/model/plan.ts';
import type { TargetState } from '../ports/state-records.ts';
import { isSameState } from './cycle-record.ts';
import type { CycleInput } from './cycle-input.ts';
import { endVoid, takeOut, withWords } from './plan/decisions.ts';
import { heldRecord } from './plan/hold.ts';
import type { Preparation } from './plan/prepare-plan.ts';

const day = 24 * 60 * 60_000;

/** Tells what was found before anything is sent. */
export function tellFindings({ matches, made }: Preparation, { observer }: CycleInput): void {
  const { id: planId, target, operations, rejected } = made.plan;
  observer({
    kind: 'plan_made',
    target,
    planId,
    counts: countByVerb(operations),
    rejected: rejected.length,
    reasons: countReasons(rejected),
  });
  for (const { type, count, failure } of matches.unreached)
    observer({ kind: 'search_failed', target, type, count, failure: failure.class, status: failure.status });
  for (const { type, sourceId, targetId } of made.forgotten)
    observer({ kind: 'link_forgotten', target, type, sourceId, targetId });
  const { hold } = made.verdict;
  if (hold !== undefined) observer({ kind: 'held', target, hold });
}

/** How many operations of each verb; all verbs are there. */
function countByVerb(operations: readonly Operation[]): Record<Verb, number> {
  const counts: Record<Verb, number> = {
    create: 0,
    adopt: 0,
    relink: 0,
    update: 0,
    reactivate: 0,
    members: 0,
    deactivate: 0,
    delete: 0,
  };
  for (const { verb } of operations) counts[verb] += 1;
  return counts;
}

/**
 * What is known before anything is sent: also what people decided, so that a crash forgets neither an approval that is
 * used nor that it was. Only then are their decisions taken out.
 *
 * @returns the target's state with what was decided
 */
export async function recordFindings(input: CycleInput, prepared: Preparation): Promise<TargetState> {
  const { store, clock, observer } = input;
  const { known, matches, made, quarantine, wasCut } = prepared;
  const { links, state } = known;
  const { plan, remembered, forgotten, marks, due } = made;
  // A plan without those who were not looked for says of no decision that what it is for does not stand.
  const words = wasCut ? made.words : endVoid(made.words, { readSince: input.readSince, now: clock.now() });
  const decided = withWords(state, words);
  // How far the data had come is durable before anything is sent that goes by it.
  const next =
    due.length === 0
      ? decided
      : { ...decided, marks, begun: beginPlan(prepared, clock.now()), held: standing(prepared, input) };
  await store.record([
    ...quarantine.foundChanges(),
    ...matches.settled.map((intent) => ({ kind: 'settled', intent }) as const),
    ...remembered.map((link) => ({ kind: 'link', link }) as const),
    ...forgotten.map((link) => ({ kind: 'unlink', target: plan.target, sourceId: link.sourceId }) as const),
    ...(isSameState(state, next) ? [] : [{ kind: 'target', target: plan.target, state: next } as const]),
  ]);
  await takeOut(words, plan.target, { store, observer });
  for (const link of remembered) links.set(link.sourceId, link);
  for (const link of forgotten) links.delete(link.sourceId);
  return next;
}

/** A plan of one operation cannot stop in the middle. */
function beginPlan({ known, made }: Preparation, now: number): TargetState['begun'] {
  const { begun } = known.state;
  const { due, verdict } = made;
  const { measured, drew } = verdict.begun;
  const isNew = begun === undefined || !(now - Date.parse(begun.at) < day);
  if (measured.length === 0 || (due.length === 1 && isNew)) return undefined;
  const others = drew.removed.length + drew.changes.length === 0 ? undefined : drew;
  return { at: isNew ? new Date(now).toISOString() : begun.at, measured, drew: others };
}

/** What is held is known before the target grows by the rest of the plan, which must not let it go after a crash. */
function standing({ known, made }: Preparation, { store, clock }: CycleInput): TargetState['held'] {
  const { hold } = made.verdict;
  const { held } = known.state;
  return hold === undefined ? held : heldRecord(hold, held, new Date(clock.now()).toISOString(), store.digest);
}

import { dnKey } from '../core/directory/dn.ts';
import type { Entry, SourceId } from '../core/model/entry.ts';
import type { Link } from '../core/model/link.ts';
import type { Operation } from '../core/model/plan.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import { explainEntry, type Explanation } from '../core/mapping/explain.ts';
import { concerning } from '../core/planning/concerning.ts';
import { heldOperation, marksOf } from '../core/planning/held-operation.ts';
import type { RejectionRecord, StateView, Trouble } from '../ports/state-store.ts';
import { gather } from './batches.ts';
import { checkBinding } from './bind-target.ts';
import { draftKnowing } from './in-step.ts';
import { checkMustSee } from './must-see.ts';
import { preparePlan, type PrepareInput, type Preparation } from './prepare-plan.ts';
import { remind } from './target-notes.ts';
import type { TargetSetup } from './target-setup.ts';
import { explainUnreached } from './unreached.ts';

/** One entry and one target, from the directory to the requests that are due. */
export interface TargetExplanation {
  readonly target: string;
  /** Undefined when the directories don't have it (any more). */
  readonly explanation: Explanation | undefined;
  /** The directories have it all the same, and do not show it to the bind account. */
  readonly hidden: boolean;
  readonly link: Link | undefined;
  readonly trouble: Trouble | undefined;
  /** What the next cycle would do, with what is held and what was rejected. */
  readonly operations: readonly Operation[];
  /** Of these, what the guard would hold, and under which id. */
  readonly held: readonly Operation[];
  readonly holdId: string | undefined;
  /** Of these, what a person rejected. */
  readonly undone: readonly Operation[];
  readonly rejections: readonly RejectionRecord[];
}

/** An explanation with what it was made from. */
export interface Examination {
  readonly explanation: TargetExplanation;
  readonly prepared: Preparation;
}

/** The same functions as a cycle, followed for one entry; writes nothing, and asks the target only about this one. */
export async function explainTarget(
  id: SourceId,
  setup: TargetSetup,
  readings: readonly CompleteReading[],
  store: StateView,
  { lookUp, now, signal }: Pick<PrepareInput, 'lookUp' | 'now' | 'signal'>,
): Promise<Examination> {
  const target = setup.target.name;
  checkMustSee(setup, readings);
  await checkBinding(setup, store);
  const entries = readings.flatMap((reading) => reading.entries);
  const { projection: all, memory, survey } = await draftKnowing(undefined, readings, setup.definition, { now: () => now }, store);
  const ids = all.resources.map(({ sourceId }) => sourceId);
  const links = await gather([...new Set([...ids, id])], (batch) => store.links(target, batch));
  // Newcomers other than this one would each cost a search.
  const resources = all.resources.filter(({ sourceId }) => sourceId === id || (links.get(sourceId)?.lifecycle ?? 'lost') !== 'lost');
  const projection = { ...all, resources };
  await remind(setup.target, store);
  const prepared = await preparePlan({ setup, readings, projection, scopeGroups: survey.scopeGroups, only: id, store, lookUp, attempt: 'asked', now, signal });
  const { plan, verdict, undone, words, context, unreached } = prepared;
  const failed = await explainUnreached(setup.target, unreached, signal);
  if (failed !== undefined) throw failed;
  const own = (operations: readonly Operation[]): Operation[] => concerning(id, operations, context);
  const rejected = new Set(own(undone).flatMap((operation) => marksOf(heldOperation(operation, store.digest))));
  const explanation: TargetExplanation = {
    target,
    explanation: explainEntry(id, entries, setup.definition, now, memory),
    hidden: prepared.unseen.has(id),
    link: links.get(id),
    trouble: (await store.troubles(target, [id])).get(id),
    operations: own(plan.operations),
    held: own(verdict.hold?.operations ?? []),
    holdId: verdict.hold?.holdId,
    undone: own(undone),
    rejections: words.rejections.filter(({ operations }) => operations.flatMap(marksOf).some((mark) => rejected.has(mark))),
  };
  return { explanation, prepared };
}

/** Attributes by which people call each other. */
const names = ['mail', 'uid', 'samaccountname', 'userprincipalname', 'cn', 'displayname'];

/** Entries that a person may mean: by source id, DN, mail address or a name, without case. Several are possible. */
export function findEntries(who: string, entries: readonly Entry[]): Entry[] {
  const text = who.trim().toLowerCase();
  const key = dnKey(who);
  const exact = entries.filter((entry) => entry.id === text || dnKey(entry.dn) === key);
  if (exact.length > 0) return exact;
  return entries.filter(({ attributes }) =>
    names.some((name) => attributes.get(name)?.some((value) => typeof value === 'string' && value.toLowerCase() === text)),
  );
}

import { dnKey } from '../core/directory/dn.ts';
import type { Entry, SourceId } from '../core/model/entry.ts';
import type { Link } from '../core/model/link.ts';
import type { Operation } from '../core/model/plan.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import { explainEntry, type Explanation } from '../core/mapping/explain.ts';
import { draftProjection } from '../core/mapping/project.ts';
import type { StateView, Trouble } from '../ports/state-store.ts';
import { gather } from './batches.ts';
import { preparePlan } from './prepare-plan.ts';
import { remind } from './target-notes.ts';
import type { TargetSetup } from './target-setup.ts';

/** One entry and one target, from the directory to the requests that are due. */
export interface TargetExplanation {
  readonly target: string;
  /** Undefined when the directories don't have it (any more). */
  readonly explanation: Explanation | undefined;
  readonly link: Link | undefined;
  readonly trouble: Trouble | undefined;
  /** What the next cycle would do. */
  readonly operations: readonly Operation[];
  /** Of these, what the guard would hold. */
  readonly held: readonly Operation[];
}

/** The same functions as a cycle, followed for one entry; writes nothing, and asks the target only about this one. */
export async function explainTarget(
  id: SourceId,
  setup: TargetSetup,
  readings: readonly CompleteReading[],
  store: StateView,
  { now, signal }: { readonly now: number; readonly signal: AbortSignal },
): Promise<TargetExplanation> {
  const target = setup.target.name;
  const entries = readings.flatMap((reading) => reading.entries);
  const { projection: all, survey } = draftProjection(entries, setup.definition, now);
  const ids = all.resources.map(({ sourceId }) => sourceId);
  const links = await gather([...new Set([...ids, id])], (batch) => store.links(target, batch));
  // Newcomers other than this one would each cost a search.
  const resources = all.resources.filter(({ sourceId }) => sourceId === id || (links.get(sourceId)?.lifecycle ?? 'lost') !== 'lost');
  const projection = { ...all, resources };
  await remind(setup.target, store);
  const { plan, verdict } = await preparePlan({ setup, readings, projection, scopeGroups: survey.scopeGroups, only: id, store, attempt: 'asked', now, signal });
  const concerns = (operation: Operation) =>
    operation.sourceId === id || (operation.verb === 'members' && [...operation.add, ...operation.remove].includes(id));
  return {
    target,
    explanation: explainEntry(id, entries, setup.definition, now),
    link: links.get(id),
    trouble: (await store.troubles(target, [id])).get(id),
    operations: plan.operations.filter(concerns),
    held: verdict.hold?.operations.filter(concerns) ?? [],
  };
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

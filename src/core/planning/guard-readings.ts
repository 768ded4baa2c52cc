import type { ResourceType, SourceId } from '../model/entry.ts';
import type { Judged } from './guard-input.ts';
import type { Part } from './guard-parts.ts';
import type { Suspicion } from './guard-suspicion.ts';

/** Nothing is known yet that could justify a removal. What the directory says in so many words needs no other reason. */
export function firstRunRule(plan: Judged): Suspicion[] {
  if (!plan.firstRun) return [];
  return guesses(plan, () => true).map(({ sentence, ...numbers }) => ({
    finding: { kind: 'first_run', ...numbers, text: `${sentence}, but this is the first run: nothing is known that could justify it` },
    selects: selector(numbers),
  }));
}

/** A type of which the directories show nobody although some are linked is more likely a fault than the truth. */
export function emptyReadingRule(plan: Judged): Suspicion[] {
  const { emptyTypes } = plan;
  if (emptyTypes.size === 0) return [];
  // Members may be of either type.
  const because = (part: Part) => (part.kind === 'removal' ? (emptyTypes.has(part.type) ? part.type : undefined) : [...emptyTypes][0]);
  return guesses(plan, (part) => because(part) !== undefined).map(({ sentence, ...numbers }) => {
    const empty = numbers.sourceId === undefined ? numbers.type : [...emptyTypes][0];
    return {
      finding: { kind: 'empty_reading', ...numbers, text: `${sentence} because the directory showed no ${empty ?? 'entry'} at all` },
      selects: selector(numbers),
    };
  });
}

/** Removals that nobody said in so many words, by type, and members leaving, by group. */
function guesses(plan: Judged, those: (part: Part) => boolean) {
  const counts = new Map<string, { readonly type: ResourceType; readonly sourceId: SourceId | undefined; count: number }>();
  for (const part of plan.parts()) {
    if (!isGuess(part) || !those(part)) continue;
    const sourceId = part.kind === 'leave' ? part.sourceId : undefined;
    const key = `${part.type} ${sourceId ?? ''}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { type: part.type, sourceId, count: 1 });
    else known.count += 1;
  }
  return [...counts.values()].map(({ type, sourceId, count }) => ({
    type,
    sourceId,
    planned: count,
    recent: 0,
    population: sourceId === undefined ? plan.population[type] : (plan.memberCounts.get(sourceId) ?? 0),
    allowed: 0,
    sentence: sourceId === undefined ? `${count} ${type}s would lose access` : `${count} members would leave one group`,
  }));
}

/** Also where a look-up said the same: whatever emptied the reading may speak in the look-up too. */
function isGuess(part: Part): boolean {
  const { operation } = part;
  return part.kind === 'leave' || (part.kind === 'removal' && !('cause' in operation && operation.cause === 'disabled'));
}

function selector({ type, sourceId }: { readonly type: ResourceType; readonly sourceId: SourceId | undefined }): Suspicion['selects'] {
  return (part) => isGuess(part) && part.type === type && (part.kind === 'leave' ? part.sourceId : undefined) === sourceId;
}

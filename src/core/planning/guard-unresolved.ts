import type { SourceId } from '../model/entry.ts';
import { count, whole } from '../wording/count.ts';
import type { Judged } from './guard-input.ts';
import type { Part } from './guard-parts.ts';
import type { Suspicion } from './guard-suspicion.ts';

/**
 * Whoever would leave a group only because a value in it no longer names them: the value is still there, names nobody who
 * is read, and may mean them. Held whatever the limits, until the directory says who is meant or a person does.
 */
export function unresolvedMembersRule(plan: Judged): Suspicion[] {
  if (plan.possibleMembers.size === 0) return [];
  const counts = new Map<SourceId, { readonly type: Part['type']; count: number }>();
  for (const part of plan.parts) {
    if (!isPossible(part, plan)) continue;
    const known = counts.get(part.sourceId);
    if (known === undefined) counts.set(part.sourceId, { type: part.type, count: 1 });
    else known.count += 1;
  }
  return [...counts].map(([sourceId, { type, count: planned }]): Suspicion => {
    const population = plan.members.get(sourceId)?.size ?? 0;
    const text = `${whole(planned)} of ${count(population, 'member')} would leave one group although it still names somebody who may be them: nobody has that name any more, or several have it`;
    return {
      finding: { kind: 'unresolved_members', type, sourceId, planned, recent: 0, population, allowed: 0, text },
      selects: (part) => part.sourceId === sourceId && isPossible(part, plan),
    };
  });
}

/** Whoever would leave the scope for the same reason, in a group by which it goes. A word of the directory is not held by it. */
export function unresolvedScopeRule(plan: Judged): Suspicion[] {
  const { possiblyInScope, population } = plan;
  if (possiblyInScope.size === 0) return [];
  const isMeant = (part: Part): boolean =>
    part.kind === 'removal' && part.evidence !== 'word' && possiblyInScope.has(part.sourceId);
  return (['user', 'group'] as const).flatMap((type): Suspicion[] => {
    const planned = new Set(
      plan.parts.filter((part) => part.type === type && isMeant(part)).map(({ sourceId }) => sourceId),
    ).size;
    if (planned === 0) return [];
    const text = `${count(planned, type)} would lose access although a group by which the scope goes still names somebody who may be them: nobody has that name any more, or several have it`;
    return [
      {
        finding: {
          kind: 'unresolved_members',
          type,
          planned,
          recent: 0,
          population: population.active[type],
          allowed: 0,
          text,
        },
        selects: (part) => part.type === type && isMeant(part),
      },
    ];
  });
}

function isPossible(part: Part, { possibleMembers }: Judged): boolean {
  return part.kind === 'leave' && possibleMembers.get(part.sourceId)?.has(part.member) === true;
}

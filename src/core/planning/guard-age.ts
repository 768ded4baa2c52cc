import type { ResourceType } from '../model/entry.ts';
import type { Judged } from './guard-input.ts';
import type { Part } from './guard-parts.ts';
import type { Suspicion } from './guard-suspicion.ts';

/**
 * Data that is older than what the target went by already (a replica that lags behind, a server that was set back) takes
 * nothing away and gives nothing back: whoever came since would leave, and whoever left would be switched on again.
 */
export function olderDataRule(plan: Judged): Suspicion[] {
  const counts = new Map<string, { readonly directory: string; readonly type: ResourceType; count: number }>();
  for (const part of plan.parts()) {
    if (!isUndoing(part) || !plan.older.has(part.directory)) continue;
    const key = `${part.directory} ${part.type}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { directory: part.directory, type: part.type, count: 1 });
    else known.count += 1;
  }
  return [...counts.values()].map(({ directory, type, count }) => ({
    finding: {
      kind: 'older_data',
      type,
      planned: count,
      recent: 0,
      population: plan.population.active[type],
      allowed: 0,
      text: `${count} removals, reactivations, cleared values or memberships of ${type}s wait: the data of directory ${directory} is older than what was acknowledged (${plan.older.get(directory) ?? ''}). They are released when it has caught up`,
    },
    selects: (part) => isUndoing(part) && part.directory === directory && part.type === type,
  }));
}

function isUndoing({ kind }: Part): boolean {
  return kind === 'removal' || kind === 'reactivation' || kind === 'clear' || kind === 'leave' || kind === 'join';
}

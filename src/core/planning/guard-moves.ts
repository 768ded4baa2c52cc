import type { ResourceType } from '../model/entry.ts';
import { count } from '../wording/count.ts';
import type { Judged } from './guard-input.ts';
import type { Part } from './guard-parts.ts';
import type { Suspicion } from './guard-suspicion.ts';

/**
 * An entry that is linked from one directory, and that another one has now. Directories may be of different trust, and
 * whoever writes one of them can give an entry any id: so a person says whether it is the same. Held whatever the limits.
 */
export function movedDirectoryRule(plan: Judged): Suspicion[] {
  const moves = new Map<
    string,
    { readonly from: string; readonly to: string; readonly type: ResourceType; planned: number }
  >();
  for (const part of plan.parts) {
    const from = directoryBefore(part, plan);
    if (from === undefined) continue;
    const key = JSON.stringify([from, part.directory, part.type]);
    const known = moves.get(key);
    if (known === undefined) moves.set(key, { from, to: part.directory, type: part.type, planned: 1 });
    else known.planned += 1;
  }
  return [...moves.values()].map(({ from, to, type, planned }) => ({
    finding: {
      kind: 'moved_directory',
      type,
      directory: to,
      planned,
      recent: 0,
      population: plan.population.active[type],
      allowed: 0,
      text: `${count(planned, type)} linked from directory ${from} would be the entries of directory ${to}; until somebody approves it, nothing that ${to} says of them counts (overlap: allowed lets them move)`,
    },
    selects: (part) => part.type === type && part.directory === to && directoryBefore(part, plan) === from,
  }));
}

/** Of an entry that keeps its id: the directory from which it is linked. */
function directoryBefore({ kind, operation, sourceId }: Part, { links }: Judged): string | undefined {
  if (kind !== 'relink' || operation.verb !== 'relink' || operation.replaces !== sourceId) return undefined;
  return links.get(sourceId)?.directory;
}

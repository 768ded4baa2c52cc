import { count } from '../wording/count.ts';
import type { Judged } from './guard-input.ts';
import type { Part } from './guard-parts.ts';
import type { Suspicion } from './guard-suspicion.ts';

/**
 * Whoever was linked from a directory that the configuration does not name any more (for this target) is shown by no
 * reading, and no reading says that they left either. A person decides about them.
 */
export function unreadDirectoryRule(plan: Judged): Suspicion[] {
  const counts = new Map<string, number>();
  for (const part of plan.parts) {
    const directory = unreadDirectory(part, plan);
    if (directory !== undefined)
      counts.set(`${directory} ${part.type}`, (counts.get(`${directory} ${part.type}`) ?? 0) + 1);
  }
  return [...counts].map(([key, planned]) => {
    const [directory = '', type] = key.split(' ');
    const own = type === 'group' ? 'group' : 'user';
    const text = `${count(planned, own)} would lose something because nobody reads directory ${directory} any more, from which ${planned === 1 ? 'it was' : 'they were'} linked`;
    return {
      finding: {
        kind: 'unread_directory',
        type: own,
        planned,
        recent: 0,
        population: plan.population.active[own],
        allowed: 0,
        text,
      },
      selects: (part) => part.type === own && unreadDirectory(part, plan) === directory,
    };
  });
}

/** The directory without which nobody can say whether somebody left. */
function unreadDirectory(part: Part, { directories, links }: Judged): string | undefined {
  if (part.kind !== 'removal' && part.kind !== 'leave') return undefined;
  const directory = part.kind === 'removal' ? part.directory : links.get(part.member)?.directory;
  return directory === undefined || directories.has(directory) ? undefined : directory;
}

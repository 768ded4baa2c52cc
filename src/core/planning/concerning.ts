import type { SourceId } from '../model/entry.ts';
import type { Operation } from '../model/plan.ts';
import { partsOf, type Part } from './guard-parts.ts';
import { putTogether } from './put-together.ts';
import type { PartContext } from './part-context.ts';

/**
 * What a plan does about one entry alone: its own operations, its memberships, and what only follows its removal or its
 * coming. Of a group, not that somebody leaves it because they are removed: that is part of their removal.
 */
export function concerning(id: SourceId, operations: readonly Operation[], context: PartContext): Operation[] {
  return operations.flatMap((operation) =>
    putTogether(
      operation,
      partsOf(operation, context).filter((part) => isAbout(part, id)),
    ),
  );
}

function isAbout(part: Part, id: SourceId): boolean {
  const leads: ReadonlySet<string> = new Set([`removal ${id}`, `arrival ${id}`, `reactivation ${id}`]);
  const follows = part.follows.some((lead) => leads.has(lead));
  if (part.isConsequence) return follows;
  return part.sourceId === id || ('member' in part && part.member === id);
}

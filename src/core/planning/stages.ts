import type { SourceId } from '../model/entry.ts';
import type { Operation } from '../model/plan.ts';
import { inOneGo, type Steps } from '../model/steps.ts';

/**
 * The order in which a target takes changes. Access that ends comes first: nothing else that fails, or takes long, may
 * keep a leaver active, and it frees seats and logins for those who come. Of the rest, whoever is referred to comes
 * before whoever refers.
 */
export const stages = {
  deactivations: 0,
  /** Memberships of those who are deleted next: a target may keep a deleted one in its groups (RFC 7644 §3.6). */
  membershipsOfDeleted: 100_000,
  deletions: 200_000,
  /** Other members who leave a group. */
  leaving: 300_000,
  /** Users; managers who are new to the target take one stage per level before their reports. */
  users: 400_000,
  /** Of accounts that become ours in the same plan: they can only be switched off afterwards. */
  deactivationsOfNewcomers: 450_000,
  groups: 500_000,
  /** References within a circle of newcomers (A manages B manages A): sent when all of them are there. */
  circularReferences: 550_000,
  /** Members who join a group. */
  joining: 600_000,
} as const;

/** By stage; within one, so that the same plan always reads the same. */
export function inOrder(a: Pick<Operation, 'stage' | 'verb' | 'sourceId'>, b: typeof a): number {
  return a.stage - b.stage || compare(a.verb, b.verb) || compare(a.sourceId, b.sourceId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Levels for things that refer to each other: 0 for those that refer to nothing in the set, otherwise one more than the
 * highest they refer to. All circles, with what stands between two of them, share one level. A reference to oneself
 * does not count.
 */
export function levels(references: ReadonlyMap<SourceId, readonly SourceId[]>): ReadonlyMap<SourceId, number> {
  return inOneGo(levelsInSteps(references));
}

/** The same, a step for each. */
export function* levelsInSteps(
  references: ReadonlyMap<SourceId, readonly SourceId[]>,
): Steps<ReadonlyMap<SourceId, number>> {
  const inside = new Map<SourceId, ReadonlySet<SourceId>>();
  const waiting = new Map<SourceId, number>();
  const level = new Map<SourceId, number>();
  let ready: SourceId[] = [];
  for (const [id, targets] of references) {
    const own = new Set(targets.filter((target) => target !== id && references.has(target)));
    inside.set(id, own);
    waiting.set(id, own.size);
    if (own.size === 0) ready.push(id);
    yield;
  }
  const dependants = yield* invert(inside);
  for (let depth = 0; level.size < references.size; depth += 1) {
    if (ready.length === 0) ready = circles(new Set([...inside.keys()].filter((id) => !level.has(id))), inside);
    for (const id of ready) level.set(id, depth);
    const next: SourceId[] = [];
    for (const id of ready) {
      for (const one of release(dependants.get(id) ?? [], waiting)) if (!level.has(one)) next.push(one);
      yield;
    }
    ready = next;
  }
  return level;
}

type Graph = ReadonlyMap<SourceId, ReadonlySet<SourceId>>;

function* invert(graph: Graph): Steps<ReadonlyMap<SourceId, readonly SourceId[]>> {
  const inverted = new Map<SourceId, SourceId[]>();
  for (const [id, targets] of graph) {
    yield;
    for (const target of targets) {
      const list = inverted.get(target);
      if (list === undefined) inverted.set(target, [id]);
      else list.push(id);
    }
  }
  return inverted;
}

/** Takes one off each count, and gives those for which nothing is left to wait for. */
function release(ids: readonly SourceId[], waiting: Map<SourceId, number>): SourceId[] {
  return ids.filter((id) => {
    const left = (waiting.get(id) ?? 0) - 1;
    waiting.set(id, left);
    return left === 0;
  });
}

/** What is left of a set when all those go, one after the other, to whom nobody in it refers. */
function circles(ids: Set<SourceId>, graph: Graph): SourceId[] {
  const counts = new Map<SourceId, number>();
  for (const id of ids) for (const target of graph.get(id) ?? []) counts.set(target, (counts.get(target) ?? 0) + 1);
  let loose = [...ids].filter((id) => (counts.get(id) ?? 0) === 0);
  while (loose.length > 0) {
    for (const id of loose) ids.delete(id);
    loose = loose.flatMap((id) =>
      release(
        [...(graph.get(id) ?? [])].filter((target) => ids.has(target)),
        counts,
      ),
    );
  }
  return [...ids];
}

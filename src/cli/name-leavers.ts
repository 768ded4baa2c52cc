import type { Operation } from '../core/model/plan.ts';
import { readScimPath, scimPath } from '../core/mapping/scim-path.ts';
import type { PlannedTarget } from '../cycle/plan-target.ts';
import { isFailure, type ScimTarget } from '../ports/scim-target.ts';
import type { StateView } from '../ports/state-store.ts';

/** More than a person reads through. */
const most = 50;

/**
 * Gives names to those who have left the directory. The state knows ids alone, so that the names are read from the
 * target, for the person who has to judge the plan; what cannot be read keeps its id.
 */
export async function nameLeavers(
  planned: PlannedTarget,
  target: ScimTarget,
  view: StateView,
  signal: AbortSignal,
): Promise<PlannedTarget> {
  const nameless = planned.plan.operations.filter(({ label, sourceId }) => label === sourceId).slice(0, most);
  const links = await view.links(planned.target, nameless.map(({ sourceId }) => sourceId));
  const names = new Map<string, string>();
  await Promise.all(
    [...links.values()].map(async ({ type, sourceId, targetId }) => {
      const found = await target.read(type, targetId, signal);
      const name = isFailure(found) ? undefined : readScimPath(found.body, scimPath(type === 'user' ? 'userName' : 'displayName'));
      if (typeof name === 'string') names.set(sourceId, name);
    }),
  );
  const named = (operations: readonly Operation[]) =>
    operations.map((operation) => ({ ...operation, label: names.get(operation.sourceId) ?? operation.label }));
  const { plan, operations, proceed, hold, undone } = planned;
  return {
    ...planned,
    plan: { ...plan, operations: named(plan.operations) },
    operations: named(operations),
    proceed: named(proceed),
    undone: named(undone),
    hold: hold === undefined ? undefined : { ...hold, operations: named(hold.operations) },
  };
}

import type { SourceId } from '../../../core/model/entry.ts';
import type { HeldOperation } from '../../../core/model/plan.ts';
import type { TargetState } from '../../../ports/state-records.ts';

/** What is remembered about a target as a whole, without these entries: what is held or decided about others stands. */
export function stateWithout(state: TargetState, ids: ReadonlySet<SourceId>): TargetState {
  const { held, approvals, rejections, begun, marks } = state;
  const others = <Record extends { readonly operations: readonly HeldOperation[] }>(records?: readonly Record[]) =>
    records
      ?.map((one) => ({ ...one, operations: operationsWithout(one.operations, ids) }))
      .filter(({ operations }) => operations.length > 0);
  return {
    ...state,
    held:
      held === undefined
        ? undefined
        : {
            ...held,
            findings: held.findings.filter(({ group }) => group === undefined || !ids.has(group)),
            operations: operationsWithout(held.operations, ids),
          },
    approvals: others(approvals),
    rejections: others(rejections),
    // Who came or went in a plan that was cut short: its marks name them.
    begun: begun === undefined ? undefined : { ...begun, drew: undefined },
    marks:
      marks === undefined
        ? undefined
        : Object.fromEntries(
            Object.entries(marks).map(([directory, { counters, witnesses }]) => [
              directory,
              {
                counters,
                witnesses: witnesses && Object.fromEntries(Object.entries(witnesses).filter(([id]) => !ids.has(id))),
              },
            ]),
          ),
  };
}

function operationsWithout(operations: readonly HeldOperation[], ids: ReadonlySet<SourceId>): HeldOperation[] {
  return operations.flatMap((one): HeldOperation[] => {
    if (ids.has(one.sourceId)) return [];
    if (one.verb !== 'members') return [one];
    const others = (list: readonly SourceId[] | undefined) => list?.filter((id) => !ids.has(id));
    const [add, remove] = [others(one.add), others(one.remove)];
    const isEmpty = (add ?? []).length + (remove ?? []).length === 0;
    return isEmpty
      ? []
      : [{ ...one, ...(add === undefined ? {} : { add }), ...(remove === undefined ? {} : { remove }) }];
  });
}

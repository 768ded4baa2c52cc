import type { SourceId } from '../../core/model/entry.ts';
import type { AttributeChange, Hold, Operation } from '../../core/model/plan.ts';
import { Reference, type DesiredValue } from '../../core/model/resource.ts';
import type { CommandLine } from '../command-line.ts';
import { nothingKnown, valueBefore, type KnownAccounts } from '../known-accounts.ts';

/** What is held, and the command that releases it. */
export function holdJson(hold: Hold, call: CommandLine, known = nothingKnown): unknown {
  return {
    holdId: hold.holdId,
    findings: hold.findings,
    remark: hold.remark,
    operations: operationsJson(hold.operations, known),
    release: call('approve', hold.holdId),
  };
}

/** Operations for scripts. */
export function operationsJson(operations: readonly Operation[], known?: KnownAccounts): unknown[] {
  return operations.map((operation) => operationJson(operation, known));
}

/** An operation with references spelled `{ref: source id}`, and with what the target holds before, where that was read. */
export function operationJson(operation: Operation, known = nothingKnown): unknown {
  const { verb, type, sourceId, directory, label, reason } = operation;
  const changeJson = changeJsonOf(sourceId, known);
  const rest = { verb, type, sourceId, directory, label, reason };
  switch (operation.verb) {
    case 'create':
      return { ...rest, again: operation.again, attributes: attributesJson(operation.attributes) };
    case 'adopt':
      return {
        ...rest,
        targetId: operation.targetId,
        matchedBy: operation.matchedBy,
        changes: operation.changes.map(changeJson),
        leftDisabled: operation.leftDisabled,
        present: operation.present,
        strangers: operation.strangers?.length,
      };
    case 'relink':
      return {
        ...rest,
        replaces: operation.replaces,
        targetId: operation.targetId,
        matchedBy: operation.matchedBy,
        changes: operation.changes.map(changeJson),
      };
    case 'update':
    case 'reactivate':
      return { ...rest, changes: operation.changes.map(changeJson) };
    case 'members':
      return { ...rest, add: operation.add, remove: operation.remove };
    case 'deactivate':
    case 'delete':
      return { ...rest, cause: operation.cause };
  }
}

function attributesJson(attributes: ReadonlyMap<string, DesiredValue | null>): Record<string, unknown> {
  return Object.fromEntries([...attributes].map(([path, value]) => [path, valueJson(value)]));
}

function changeJsonOf(sourceId: SourceId, known: KnownAccounts): (change: AttributeChange) => unknown {
  return (change) => ({
    path: change.path,
    change: change.change,
    value: change.change === 'set' ? valueJson(change.value) : undefined,
    before: valueBefore(sourceId, change.path, known),
  });
}

export function valueJson(value: DesiredValue | null): unknown {
  return value instanceof Reference ? { ref: value.id } : value;
}

import type { SourceId } from '../../core/model/entry.ts';
import type { Digest, Link, TargetId } from '../../core/model/link.ts';
import { doubtful, empty, unmanaged } from '../../core/model/link.ts';
import type { LogEntry } from '../../core/model/log-entry.ts';
import type { Failure } from '../../core/model/outcome.ts';
import type { AttributeChange, Operation } from '../../core/model/plan.ts';
import { Reference, type DesiredValue } from '../../core/model/resource.ts';
import { heldOperation, marksOf } from '../../core/planning/held-operation.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ApprovalRecord, DecisionKind, DecisionRecord } from '../../ports/decisions.ts';
import type { StateChange } from '../../ports/state-change.ts';
import type { RemovalRecords } from '../shared/removal-records.ts';

/** What came of an operation, as far as the operation itself does not say it. */
export interface LoggedEffect {
  /** As it is, or was before it was forgotten. */
  readonly link?: Link | undefined;
  /** Where there is no link. */
  readonly targetId?: TargetId | undefined;
  readonly was?: Link['lifecycle'] | undefined;
  readonly joined?: readonly SourceId[] | undefined;
  readonly left?: readonly SourceId[] | undefined;
  /** What was done in place of the operation: an account that cannot be deleted is switched off. */
  readonly verb?: Operation['verb'] | undefined;
  readonly failure?: Failure | undefined;
}

/** The entry of the provisioning log for an operation, to be recorded together with its outcome. */
export type OperationLog = (operation: Operation, effect: LoggedEffect) => StateChange;

export interface OperationLogInput {
  readonly cycle: string;
  readonly target: string;
  /** What people decided that the plan goes by, and who they were. */
  readonly approvals: readonly Pick<ApprovalRecord, 'holdId' | 'operations'>[];
  readonly decided: readonly Pick<DecisionRecord, 'holdId' | 'decision' | 'by'>[];
  /** Whom a verification found to differ: what is sent for them puts that right. */
  readonly repaired?: ReadonlySet<SourceId> | undefined;
  /** Whether values are logged. */
  readonly values: boolean;
  readonly digest: Digest;
  readonly clock: Pick<Clock, 'now'>;
}

export function createOperationLog(input: OperationLogInput): OperationLog {
  const { cycle, target, clock, values } = input;
  const originOf = createOrigins(input);
  return (operation, effect) => {
    const { type, sourceId } = operation;
    const { link, targetId, was, failure } = effect;
    const isFailed = failure !== undefined;
    const entry: LogEntry = {
      at: new Date(clock.now()).toISOString(),
      cycle,
      target,
      type,
      sourceId,
      targetId: targetId ?? link?.targetId,
      name: nameOf(link),
      verb: effect.verb ?? operation.verb,
      outcome: isFailed ? 'failed' : 'applied',
      class: failure?.class,
      status: failure?.status,
      ...originOf(operation),
      ...attributesOf(operation),
      joined: some(effect.joined),
      left: some(effect.left),
      because: 'cause' in operation && operation.verb !== 'members' ? operation.cause : undefined,
      was,
      replaces: operation.verb === 'relink' ? operation.replaces : undefined,
      values: values && !isFailed ? valuesOf(operation) : undefined,
    };
    return { kind: 'logged', entry };
  };
}

/** What is recorded with an operation that took effect: what the guard has to count, and its entry of the log. */
export function effectOf(
  operation: Operation,
  effect: LoggedEffect,
  { removalsOf, logged }: { readonly removalsOf: RemovalRecords; readonly logged: OperationLog },
): StateChange[] {
  return [...removalsOf(operation), logged(operation, effect)];
}

/** What somebody had before access ended: an account that was left switched off had none. */
export function accessOf({ lifecycle, leftDisabled }: Link): Link['lifecycle'] {
  return leftDisabled === true && lifecycle === 'active' ? 'deactivated' : lifecycle;
}

type Origin = Pick<LogEntry, 'cause' | 'decision' | 'by'>;

/** Who decided, by what the operations are. */
function createOrigins({ approvals, decided, repaired, digest }: OperationLogInput): (operation: Operation) => Origin {
  const own = ({ sourceId }: Operation): Origin => ({ cause: repaired?.has(sourceId) === true ? 'verify' : 'cycle' });
  if (approvals.length === 0) return own;
  const origins = new Map<string, Origin>();
  for (const { holdId, operations } of approvals) {
    const word = decided.findLast((one) => one.holdId === holdId);
    const origin: Origin = { cause: causeOf(word?.decision), decision: holdId, by: word?.by };
    for (const mark of operations.flatMap(marksOf)) origins.set(mark, origin);
  }
  return (operation) => {
    for (const mark of marksOf(heldOperation(operation, digest))) {
      const origin = origins.get(mark);
      if (origin !== undefined) return origin;
    }
    return own(operation);
  };
}

function causeOf(decision: DecisionKind | undefined): LogEntry['cause'] {
  return decision === 'push' || decision === 'undo' ? decision : 'approval';
}

/** The digest of the name that the target acknowledged: the same as that of the name itself, whenever it is asked for. */
function nameOf(link: Link | undefined): string | undefined {
  const mark = link?.attributes[link.type === 'user' ? 'userName' : 'displayName'];
  return mark === doubtful || mark === empty || mark === unmanaged ? undefined : mark;
}

function changesIn(operation: Operation): readonly AttributeChange[] {
  return 'changes' in operation ? operation.changes : [];
}

function attributesOf(operation: Operation): Pick<LogEntry, 'set' | 'cleared'> {
  if (operation.verb === 'create')
    return { set: some([...operation.attributes].flatMap(([path, value]) => (value === null ? [] : [path]))) };
  const paths = (kind: AttributeChange['change']) =>
    some(changesIn(operation).flatMap(({ path, change }) => (change === kind ? [path] : [])));
  return { set: paths('set'), cleared: paths('clear') };
}

function valuesOf(operation: Operation): LogEntry['values'] {
  const values: (readonly [string, DesiredValue | null])[] =
    operation.verb === 'create'
      ? [...operation.attributes]
      : changesIn(operation).map((change) => [change.path, change.change === 'set' ? change.value : null]);
  const told = values.filter(([path]) => path !== 'password');
  return told.length === 0
    ? undefined
    : Object.fromEntries(told.map(([path, value]) => [path, value instanceof Reference ? value.id : value]));
}

function some<Item>(items: readonly Item[] | undefined): readonly Item[] | undefined {
  return items === undefined || items.length === 0 ? undefined : items;
}

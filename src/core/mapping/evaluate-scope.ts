import { EvaluationError, type Expression, type ExpressionContext } from '../expression/expression.ts';
import type { EntryList } from '../model/entries.ts';
import type { Entry, ResourceType, SourceId } from '../model/entry.ts';
import type { Steps } from '../model/steps.ts';
import type { TargetDefinition } from './definition.ts';
import { indexDirectories, type DirectoryIndex } from './directory-index.ts';
import { EntryTable } from './entry-table.ts';
import { linkGroups, type GroupGraph } from './group-graph.ts';
import type { Memory } from './memory.ts';
import { findOwners, inOrderOfDirectories } from './ownership.ts';
import { holdsAt, Validity } from './validity.ts';
import { Verdicts, type ScopeVerdict } from './verdicts.ts';
import { visibilityOf } from './visibility.ts';

/** One condition of a scope, ready to be asked. */
export interface ScopeCondition {
  readonly kind: 'memberOf' | 'where' | 'profile';
  /** DNs, the expression, or what the target's profile would have to have. */
  readonly text: string;
  /** Null is not fulfilled. An error stands for itself, without values. */
  readonly judge: (entry: Entry) => boolean | null | EvaluationError;
  /** DNs of the groups by which the condition goes for an entry that is in them. */
  readonly groupsFor?: (entry: Entry) => readonly string[];
}

/** A group by which a scope goes, by the DN in the configuration. */
export interface ScopeGroup {
  readonly dn: string;
  /** The one that has it. */
  readonly directory: string;
  readonly type: ResourceType;
  readonly count: number;
  /** Whom values in it that name nobody may mean, of any type. */
  readonly possible: ReadonlySet<SourceId>;
}

/** Everything about all entries that is to be known before one of them can be mapped. */
export interface ScopeEvaluation {
  readonly index: DirectoryIndex;
  readonly groups: GroupGraph;
  readonly conditions: Readonly<Record<ResourceType, readonly ScopeCondition[]>>;
  readonly verdicts: Verdicts;
  /** The groups by which the scope goes, and how many of each type are in them. */
  readonly scopeGroups: readonly ScopeGroup[];
  /** Of entries that several directories show: the one that counts. Nobody else is in here. */
  readonly owners: ReadonlyMap<SourceId, Entry>;
  /** What holds for the moment of the survey holds throughout; narrowed by all that is worked out with it. */
  readonly validity: Validity;
  /** @param span narrowed by what the entry's expressions ask, in place of the survey's own */
  readonly contextOf: (entry: Entry, validity?: Validity) => ExpressionContext;
  /** In scope, or possibly so. */
  readonly isWanted: (id: SourceId) => boolean;
  /** Whether an entry that a name means (a row of the index) is in scope, as itself: it may be a member, and be referred to. */
  readonly isReachable: (row: number) => boolean;
}

/**
 * Judges who is in the scope of a target, a step for each entry.
 *
 * @param now milliseconds since 1970
 * @param memory what the state knows of earlier readings
 * @throws BridgeError D2S_SCOPE_GROUP_MISSING
 */
export function* evaluateInSteps(
  entries: EntryList,
  definition: TargetDefinition,
  now: number,
  memory: Memory,
): Steps<ScopeEvaluation> {
  const ordered = inOrderOfDirectories(entries, definition);
  const sees = visibilityOf(definition.sees);
  const table = yield* EntryTable.of(ordered);
  const index = indexDirectories(table, sees, memory.former);
  const groups = yield* linkGroups(index, sees, memory.scopeHomes);
  yield* groups.open(groupsAskedFor(definition));
  const { validity, contextOf, conditions } = momentOf(definition, groups, now);
  const judgeOwn = (entry: Entry) =>
    definition.maps.has(entry.directory) ? judge(entry, conditions[entry.type]) : 'out';
  const verdicts = new Verdicts(table);
  let row = 0;
  for (const entry of ordered) {
    yield;
    verdicts.set(row, judgeOwn(entry));
    row += 1;
  }
  const owners = yield* findOwners(table, (one) => verdicts.of(one) !== 'out', memory.homes);
  for (const [id, owner] of owners) verdicts.setAll(id, judgeOwn(owner));
  const isWanted = (id: SourceId) => (verdicts.get(id) ?? 'out') !== 'out';
  const isReachable = (one: number) => {
    if (verdicts.of(one) === 'out') return false;
    const own = table.directory(one);
    return sees(own, owners.size === 0 ? own : (owners.get(table.id(one))?.directory ?? own));
  };
  const scopeGroups = countScopeGroups(groups);
  return { index, groups, conditions, verdicts, scopeGroups, owners, validity, contextOf, isWanted, isReachable };
}

/** DNs of the groups that the scope or an expression may ask for. */
function groupsAskedFor({ scope, maps }: TargetDefinition): string[] {
  const rules = [...maps.values()].flatMap(({ user, group }) => [...user, ...group]);
  const asked = [scope.user, scope.group].flatMap(({ memberOf, where }) => [...memberOf, ...(where?.groups ?? [])]);
  return [...new Set([...asked, ...rules.flatMap(({ expression }) => [...expression.groups])])];
}

function countScopeGroups(groups: GroupGraph): ScopeGroup[] {
  return [...groups.asked()].flatMap(([dn, { directory, counts, possible }]) =>
    (['user', 'group'] as const).map((type) => ({ dn, directory, type, count: counts[type], possible })),
  );
}

/** The same survey at another moment; undefined when time alone may have changed something in it. */
export function evaluateScopeAgain(
  evaluation: ScopeEvaluation,
  definition: TargetDefinition,
  now: number,
): ScopeEvaluation | undefined {
  if (!holdsAt(now, evaluation.validity)) return undefined;
  const moment = momentOf(definition, evaluation.groups, now);
  moment.validity.include(evaluation.validity);
  return { ...evaluation, ...moment };
}

function momentOf(
  definition: TargetDefinition,
  groups: GroupGraph,
  now: number,
): Pick<ScopeEvaluation, 'validity' | 'contextOf' | 'conditions'> {
  const validity = new Validity(now);
  const contextOf: ScopeEvaluation['contextOf'] = (entry, own = validity) => ({
    isMemberOf: (dn) => groups.everyoneIn(dn).has(entry),
    isOver: (instant) => own.isOver(instant),
  });
  const conditionsFor = (type: ResourceType) => conditionsOf(definition, type, groups, contextOf);
  return { validity, contextOf, conditions: { user: conditionsFor('user'), group: conditionsFor('group') } };
}

function conditionsOf(
  definition: TargetDefinition,
  type: ResourceType,
  groups: GroupGraph,
  contextOf: ScopeEvaluation['contextOf'],
): ScopeCondition[] {
  const { memberOf, where, supported = true } = definition.scope[type];
  const conditions: ScopeCondition[] = [];
  if (!supported) conditions.push({ kind: 'profile', text: `${definition.profile} has ${type}s`, judge: () => false });
  if (memberOf.length > 0) {
    const sets = memberOf.map(groups.everyoneIn);
    conditions.push({
      kind: 'memberOf',
      text: memberOf.join(' | '),
      judge: (entry) => sets.some((everyone) => everyone.has(entry)),
      groupsFor: (entry) => memberOf.filter((_, place) => sets[place]?.has(entry) === true),
    });
  }
  if (where !== undefined) {
    conditions.push({
      kind: 'where',
      text: where.source,
      groupsFor: (entry) => groupsAskedBy(where, entry, contextOf(entry)),
      judge: (entry) => {
        const unseen =
          entry.hidden === undefined ? undefined : [...where.attributes].find((name) => entry.hidden?.has(name));
        if (unseen !== undefined)
          return new EvaluationError(`the directory does not show ${unseen} to the bind account`);
        try {
          const value = where.evaluate(entry, contextOf(entry));
          return value === null || typeof value === 'boolean'
            ? value
            : new EvaluationError('the condition gave neither true nor false');
        } catch (thrown) {
          if (thrown instanceof EvaluationError) return thrown;
          throw thrown;
        }
      },
    });
  }
  return conditions;
}

/** Of the groups that an expression asks for, those in which the entry is. */
function groupsAskedBy(expression: Expression, entry: Entry, context: ExpressionContext): string[] {
  if (expression.groups.size === 0) return [];
  const found = new Set<string>();
  const isMemberOf = (dn: string): boolean => {
    const holds = context.isMemberOf(dn);
    if (holds) found.add(dn);
    return holds;
  };
  try {
    expression.evaluate(entry, { ...context, isMemberOf });
  } catch (thrown) {
    if (!(thrown instanceof EvaluationError)) throw thrown;
  }
  return [...found];
}

export function judge(entry: Entry, conditions: readonly ScopeCondition[]): ScopeVerdict {
  for (const condition of conditions) {
    const holds = condition.judge(entry);
    if (holds instanceof EvaluationError) return 'failed';
    if (holds !== true) return 'out';
  }
  return 'in';
}

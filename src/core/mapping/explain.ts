import type { EntryList } from '../model/entries.ts';
import type { Entry, ResourceType, SourceId } from '../model/entry.ts';
import type { Rejected, Resource } from '../model/resource.ts';
import { applyRule, createResolver, type RuleResult } from './apply-rule.ts';
import { dnKey, parseDn } from '../directory/dn.ts';
import type { ExpressionContext } from '../expression/expression.ts';
import { inWords } from '../wording/count.ts';
import { whyNot } from './condition-words.ts';
import type { MapRule, TargetDefinition } from './definition.ts';
import type { Draft } from './project.ts';
import { mapsByDirectory } from './ready-map.ts';
import type { ScopeCondition, ScopeEvaluation } from './evaluate-scope.ts';

/** One condition of the scope, and what it says about the entry. */
export interface ConditionStep {
  readonly kind: ScopeCondition['kind'];
  /** DNs, of which one is enough; the expression; or what the target's profile would have to have. */
  readonly text: string;
  /** Null (an attribute is missing) counts as not fulfilled. */
  readonly holds: boolean | null;
  /** Why it could not be evaluated; then `holds` is null. */
  readonly error: string | undefined;
  /** Why it does not hold, in words; undefined where it does. Holds values of the entry. */
  readonly why: string | undefined;
}

/** A group of the directories in which the entry is. */
export interface GroupStep {
  readonly sourceId: SourceId;
  readonly dn: string;
  readonly label: string;
  /** Whether the group names the entry itself, and not only a group in which it is. */
  readonly direct: boolean;
  /** Whether the scope of the target goes by it. */
  readonly givesAccess: boolean;
}

/** One rule of the map, and what it gives. */
export interface RuleStep {
  /** Canonical SCIM path. */
  readonly path: string;
  readonly source: string;
  readonly apply: MapRule['apply'];
  readonly result: RuleResult;
}

/** Where a resource comes from, step by step. */
export interface Explanation {
  readonly sourceId: SourceId;
  readonly directory: string;
  readonly type: ResourceType;
  readonly dn: string;
  /** `unknown`: a condition could not be evaluated; the entry is rejected and does not count as departed. */
  readonly inScope: 'yes' | 'no' | 'unknown';
  readonly conditions: readonly ConditionStep[];
  /** Also for an entry out of scope: what it would hold. */
  readonly rules: readonly RuleStep[];
  readonly resource: Resource | undefined;
  readonly rejected: Rejected | undefined;
  /** Groups of the target to which it belongs, directly or, where they are flattened, through others. */
  readonly groups: readonly { readonly sourceId: SourceId; readonly label: string }[];
  /** Groups of the directories, whether they belong on the target or not, in order of their names. */
  readonly memberOf: readonly GroupStep[];
}

/**
 * Explains one entry with what the mapping of all of them came to. Undefined when no directory has it.
 *
 * @param entries those of which the draft was made
 */
export function explainEntry(
  id: SourceId,
  entries: EntryList,
  definition: TargetDefinition,
  { evaluation, projection }: Pick<Draft, 'evaluation' | 'projection'>,
): Explanation | undefined {
  const found = Iterator.from(entries).find((one) => one.id === id);
  if (found === undefined) return undefined;
  const entry = evaluation.owners.get(id) ?? found;
  const { resources, rejected } = projection;
  const context = evaluation.contextOf(entry);
  const conditions = evaluation.conditions[entry.type].map(({ kind, text, judge }): ConditionStep => {
    const holds = judge(entry);
    if (holds instanceof Error) return { kind, text, holds: null, error: holds.message, why: undefined };
    return {
      kind,
      text,
      holds,
      error: undefined,
      why: holds === true ? undefined : reasonOf(kind, text, entry, context),
    };
  });
  const resolve = createResolver(entry, evaluation);
  const rules = mapsByDirectory(definition)(entry.directory, entry.type).rules.map((ready): RuleStep => ({
    path: ready.path,
    source: ready.rule.expression.source,
    apply: ready.apply,
    result: applyRule(ready, entry, context, resolve),
  }));
  const verdict = evaluation.verdicts.get(id) ?? 'out';
  return {
    sourceId: id,
    directory: entry.directory,
    type: entry.type,
    dn: entry.dn,
    inScope: verdict === 'failed' ? 'unknown' : verdict === 'in' ? 'yes' : 'no',
    conditions,
    rules,
    resource: resources.find(({ sourceId }) => sourceId === id),
    rejected: rejected.find(({ sourceId, directory }) => sourceId === id && directory === entry.directory),
    groups: resources.filter(({ members }) => members.includes(id)).map(({ sourceId, label }) => ({ sourceId, label })),
    memberOf: groupSteps(entry, evaluation),
  };
}

function reasonOf(kind: ScopeCondition['kind'], text: string, entry: Entry, context: ExpressionContext): string {
  switch (kind) {
    case 'where':
      return whyNot(text, entry, context);
    case 'memberOf':
      return `not in ${inWords(text.split(' | ').map(groupName), 'or')}`;
    case 'profile':
      return `the target has no ${entry.type}s`;
  }
}

function groupSteps(entry: Entry, { groups, conditions }: ScopeEvaluation): GroupStep[] {
  const { direct, indirect } = groups.groupsOf(entry);
  const access = new Set(conditions[entry.type].flatMap(({ groupsFor }) => groupsFor?.(entry) ?? []).map(dnKey));
  const step =
    (isDirect: boolean) =>
    ({ id, dn }: Entry): GroupStep => ({
      sourceId: id,
      dn,
      label: groupName(dn),
      direct: isDirect,
      givesAccess: access.has(dnKey(dn)),
    });
  return [...direct.map(step(true)), ...indirect.map(step(false))].sort((a, b) =>
    a.label < b.label ? -1 : a.label > b.label ? 1 : 0,
  );
}

/** The first value of a DN: how people call a group. */
function groupName(dn: string): string {
  return parseDn(dn)?.[0]?.[0]?.value ?? dn;
}

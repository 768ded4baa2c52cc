import type { Entry, ResourceType, SourceId } from '../model/entry.ts';
import type { Rejected, Resource } from '../model/resource.ts';
import { applyRule, createResolver, type RuleResult } from './apply-rule.ts';
import type { MapRule, TargetDefinition } from './definition.ts';
import { noMemory, type Memory } from './memory.ts';
import { mapsByDirectory, projectSurvey } from './project.ts';
import { surveyScope, type ScopeCondition } from './survey.ts';

/** One condition of the scope, and what it says about the entry. */
export interface ConditionStep {
  readonly kind: ScopeCondition['kind'];
  /** DNs, of which one is enough; the expression; or what the target's profile would have to have. */
  readonly text: string;
  /** Null (an attribute is missing) counts as not fulfilled. */
  readonly holds: boolean | null;
  /** Why it could not be evaluated; then `holds` is null. */
  readonly error: string | undefined;
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
}

/**
 * Explains one entry with the functions that map all of them. Undefined when no directory has it.
 *
 * @param now milliseconds since 1970
 * @throws BridgeError D2S_SCOPE_GROUP_MISSING
 */
export function explainEntry(id: SourceId, entries: readonly Entry[], definition: TargetDefinition, now: number, memory: Memory = noMemory): Explanation | undefined {
  const found = entries.find((one) => one.id === id);
  if (found === undefined) return undefined;
  const survey = surveyScope(entries, definition, now, memory);
  const entry = survey.owners.get(id) ?? found;
  const { resources, rejected } = projectSurvey(entries, definition, survey);
  const conditions = survey.conditions[entry.type].map(({ kind, text, judge }): ConditionStep => {
    const holds = judge(entry);
    return holds instanceof Error ? { kind, text, holds: null, error: holds.message } : { kind, text, holds, error: undefined };
  });
  const context = survey.contextOf(entry);
  const resolve = createResolver(entry, survey);
  const rules = mapsByDirectory(definition)(entry.directory, entry.type).rules.map((ready): RuleStep => ({
    path: ready.path,
    source: ready.rule.expression.source,
    apply: ready.apply,
    result: applyRule(ready, entry, context, resolve),
  }));
  const verdict = survey.verdicts.get(id) ?? 'out';
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
    groups: resources
      .filter(({ members }) => members.includes(id))
      .map(({ sourceId, label }) => ({ sourceId, label })),
  };
}

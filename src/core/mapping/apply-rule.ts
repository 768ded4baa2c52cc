import { EvaluationError, Unmanaged, type ExpressionContext } from '../expression/expression.ts';
import type { Entry, ResourceType } from '../model/entry.ts';
import { Reference, type DesiredValue, type ReasonCode } from '../model/resource.ts';
import type { MapRule } from './definition.ts';
import { desiredPath, kindOfPath } from './path-kind.ts';
import { toDesiredValue, type ValueKind } from './scim-value.ts';
import type { ScopeEvaluation } from './evaluate-scope.ts';

/** A rule with what is known about its path. */
export interface ReadyRule {
  readonly rule: MapRule;
  /** Canonical: unique within a map. */
  readonly path: string;
  readonly kind: ValueKind;
  /** SCIM wants a value here (RFC 7643 §4.1.1, §4.2), and a life without `active` is none. */
  readonly required: boolean;
  readonly apply: MapRule['apply'];
}

/** What a rule gives for an entry. `unmanaged`: the target's value is left as it is. */
export type RuleResult =
  | { readonly kind: 'value'; readonly value: DesiredValue }
  | { readonly kind: 'none' | 'unmanaged' }
  | { readonly kind: 'error'; readonly code: ReasonCode; readonly text: string };

/** The rules of a map by their canonical path. Of two spellings of one path the later one counts. */
export function readyRules(rules: readonly MapRule[], type: ResourceType): ReadyRule[] {
  const ready = new Map<string, ReadyRule>();
  for (const rule of rules) {
    const path = desiredPath(rule.path);
    if (path.toLowerCase() === 'externalid') continue;
    const required = path.toLowerCase() === (type === 'user' ? 'username' : 'displayname') || path === 'active';
    // Whether someone is active is never a matter of creation only.
    const apply = path === 'active' ? 'always' : rule.apply;
    const kind = kindOfPath(rule.path);
    ready.set(path.toLowerCase(), {
      rule,
      path,
      kind: kind === 'many' && rule.single === true ? 'one-of-many' : kind,
      required,
      apply,
    });
  }
  return [...ready.values()];
}

/** Whom a DN means: someone who is in the target's scope, or possibly so. */
export type ResolveReference = (dn: string) => Reference | undefined;

export function createResolver({ directory }: Entry, { index, isReachable }: ScopeEvaluation): ResolveReference {
  return (dn) => {
    const found = index.findRow(dn, directory);
    return found !== undefined && isReachable(found) ? new Reference(index.table.id(found)) : undefined;
  };
}

/** What one rule gives for an entry. */
export function applyRule(
  ready: ReadyRule,
  entry: Entry,
  context: ExpressionContext,
  resolve: ResolveReference,
): RuleResult {
  const unseen =
    entry.hidden === undefined
      ? undefined
      : [...ready.rule.expression.attributes].find((name) => entry.hidden?.has(name));
  if (unseen !== undefined) return concealed(ready, unseen);
  try {
    const result = ready.rule.expression.evaluate(entry, context);
    if (result instanceof Unmanaged && !ready.required) return { kind: 'unmanaged' };
    const value = toDesiredValue(result instanceof Unmanaged ? null : result, ready.kind, resolve);
    if (value !== null) return { kind: 'value', value };
    return ready.required ? missing(ready) : { kind: 'none' };
  } catch (thrown) {
    if (thrown instanceof EvaluationError) return { kind: 'error', code: 'map_error', text: thrown.message };
    throw thrown;
  }
}

/** What may be there and is not shown is not "no value". */
function concealed({ path }: ReadyRule, name: string): RuleResult {
  const text = `the directory does not show ${name} to the bind account`;
  return path === 'active'
    ? {
        kind: 'error',
        code: 'active_unknown',
        text: `${text}, so that nobody knows whether they are active; they are left as they are`,
      }
    : { kind: 'error', code: 'hidden_attribute', text: `${text}, although the schema requires a value` };
}

/** Whoever may be active or not is neither switched on nor off: an attribute that became hidden says neither. */
function missing({ path }: ReadyRule): RuleResult {
  return path === 'active'
    ? {
        kind: 'error',
        code: 'active_unknown',
        text: 'there is no value, so that nobody knows whether they are active; they are left as they are',
      }
    : { kind: 'error', code: 'map_error', text: 'there is no value, and one is required' };
}

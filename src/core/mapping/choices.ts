import type { ExpressionContext } from '../expression/expression.ts';
import { interchangeable } from '../expression/read-attribute.ts';
import type { AttributeValue, Entry } from '../model/entry.ts';
import { Reference, type DesiredValue } from '../model/resource.ts';
import { applyRule, type ReadyRule, type ResolveReference } from './apply-rule.ts';
import { canonicalText } from './scim-path.ts';

/** With more values than this nobody can say that the one that was sent was meant; the fixed order decides. */
const mostValues = 8;

/**
 * What else a rule would give if another value of an attribute came first. Where an attribute has several values and
 * there is room for one, they are equally good, and whichever of them the target has is right.
 */
export function otherChoices(
  ready: ReadyRule,
  entry: Entry,
  context: ExpressionContext,
  resolve: ResolveReference,
  value: DesiredValue,
): DesiredValue[] {
  if (typeof value === 'boolean') return [];
  const others = new Map<string, DesiredValue>();
  for (const name of ready.rule.expression.attributes) {
    const values = interchangeable(name, mostValues, entry);
    for (const preferred of values.slice(1)) {
      const other = valueWith(new Map([[name, preferred]]), ready, entry, context, resolve);
      if (other !== undefined) others.set(textOf(other), other);
    }
  }
  others.delete(textOf(value));
  return [...others.values()];
}

function valueWith(
  preferred: ReadonlyMap<string, AttributeValue>,
  ready: ReadyRule,
  entry: Entry,
  context: ExpressionContext,
  resolve: ResolveReference,
): DesiredValue | undefined {
  const result = applyRule(ready, entry, { ...context, preferred }, resolve);
  return result.kind === 'value' ? result.value : undefined;
}

function textOf(value: DesiredValue): string {
  return value instanceof Reference ? `->${value.id}` : canonicalText(value);
}

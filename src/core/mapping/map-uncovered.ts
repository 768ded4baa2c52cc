import type { ExpressionContext } from '../expression/expression.ts';
import type { Entry } from '../model/entry.ts';
import type { DesiredAttributes, DesiredValue } from '../model/resource.ts';
import { applyRule, type ResolveReference } from './apply-rule.ts';
import { otherChoices } from './choices.ts';
import { mostProven } from './prove.ts';
import type { ReadyMap } from './ready-map.ts';
import { gives, type Requirement } from './requirement.ts';
import { sizeOfValue } from './resource-size.ts';

/** What rules gave, by the paths that they are for. */
export type Given = { readonly [kind in 'attributes' | 'createOnly']: Map<string, DesiredValue | null> };

/**
 * What a proof does not cover, of an entry whose proof stands. Undefined where that is out of the ordinary: then everything
 * has to be mapped, and told.
 */
export function applyUncovered(
  entry: Entry,
  { rules, uncovered, requirements }: ReadyMap,
  context: ExpressionContext,
  resolve: ResolveReference,
): Given | undefined {
  const given: Given = { attributes: new Map([['externalId', entry.id]]), createOnly: new Map() };
  if (!rules.some(({ path }) => path === 'active')) given.attributes.set('active', true);
  let size = 0;
  for (const ready of uncovered) {
    const result = applyRule(ready, entry, context, resolve);
    if (result.kind === 'error' || result.kind === 'unmanaged') return undefined;
    const value = result.kind === 'value' ? result.value : null;
    if (value !== null) {
      size += sizeOfValue(value);
      const isChoice = ready.apply === 'always' && otherChoices(ready, entry, context, resolve, value).length > 0;
      if (size > mostProven || isChoice) return undefined;
    }
    (ready.apply === 'create' ? given.createOnly : given.attributes).set(ready.path, value);
  }
  // What is required may have been given by what is not covered, and may not be any more.
  const paths = new Set(uncovered.map(({ path }) => path));
  const isGiven = ({ givers }: Requirement): boolean => {
    const own = givers.filter(({ path }) => paths.has(path));
    return own.length === 0 || own.some((giver) => gives(giver, given));
  };
  return requirements.every(isGiven) ? given : undefined;
}

/** Everything of a proven entry: what the proof covers asks for nothing but the entry. */
export function mapCovered(entry: Entry, { rules, uncovered }: ReadyMap, known: DesiredAttributes): DesiredAttributes {
  const own = new Set(uncovered);
  const attributes = new Map<string, DesiredValue | null>([['externalId', entry.id]]);
  if (!rules.some(({ path }) => path === 'active')) attributes.set('active', true);
  for (const ready of rules) {
    if (own.has(ready)) {
      const value = known.get(ready.path);
      if (value !== undefined) attributes.set(ready.path, value);
      continue;
    }
    const result = applyRule(ready, entry, alone, nowhere);
    if (result.kind === 'value' || result.kind === 'none')
      attributes.set(ready.path, result.kind === 'value' ? result.value : null);
  }
  return attributes;
}

const askedForMore = (): never => {
  throw new Error('a rule that asks for nothing but the entry asked for more');
};
const alone: ExpressionContext = { isMemberOf: askedForMore, isOver: askedForMore };
const nowhere: ResolveReference = askedForMore;

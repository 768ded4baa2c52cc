import type { Explanation } from '../../core/mapping/explain.ts';
import type { Operation } from '../../core/model/plan.ts';
import type { ShownExplanation } from '../explain.ts';
import { sentenceOf } from '../explanation-sentence.ts';
import { nameOf, type KnownAccounts } from '../known-accounts.ts';
import { operationsJson, valueJson } from './operation.ts';

/** One entry on one target, for scripts; operations, references and names as a plan has them. */
export function explanationJson({ explained: one, known }: ShownExplanation, who: string): unknown {
  const { operations, held, undone, explanation } = one;
  return {
    ...one,
    found: undefined,
    sentence: sentenceOf(one, who),
    explanation: explanation === undefined ? undefined : entryJson(explanation),
    operations: operationsJson(operations, known),
    held: operationsJson(held, known),
    undone: operationsJson(undone, known),
    names: namesIn([...operations], explanation, known),
  };
}

function entryJson({ rules, resource, ...rest }: Explanation): unknown {
  const attributes = (values: ReadonlyMap<string, Parameters<typeof valueJson>[0]>) =>
    Object.fromEntries([...values].map(([path, value]) => [path, valueJson(value)]));
  return {
    ...rest,
    rules: rules.map(({ result, ...rule }) => ({
      ...rule,
      result: result.kind === 'value' ? { ...result, value: valueJson(result.value) } : result,
    })),
    resource:
      resource === undefined
        ? undefined
        : { ...resource, attributes: attributes(resource.attributes), createOnly: attributes(resource.createOnly) },
  };
}

function namesIn(
  operations: readonly Operation[],
  explanation: Explanation | undefined,
  known: KnownAccounts,
): Record<string, string> {
  const ids = [
    ...operations.flatMap((operation) => [
      operation.sourceId,
      ...(operation.verb === 'members' ? [...operation.add, ...operation.remove] : []),
    ]),
    ...(explanation?.resource?.members ?? []),
  ];
  return Object.fromEntries(
    [...new Set(ids)].flatMap((id) => (nameOf(id, known) === undefined ? [] : [[id, nameOf(id, known) ?? id]])),
  );
}

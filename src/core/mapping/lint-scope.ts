import { EvaluationError } from '../expression/expression.ts';
import type { EntryList } from '../model/entries.ts';
import type { Entry } from '../model/entry.ts';
import type { Finding } from '../model/finding.ts';
import { countReasons, type Rejected, type Resource } from '../model/resource.ts';
import { count, whole } from '../wording/count.ts';
import type { ScopeCondition } from './evaluate-scope.ts';

export interface ScopeCheck {
  readonly entries: EntryList;
  /** Of users. */
  readonly conditions: readonly ScopeCondition[];
  readonly resources: readonly Pick<Resource, 'type'>[];
  readonly rejected: readonly Rejected[];
}

/** From this share on, of those in scope, it is no exception any more to be rejected. */
const manyRejected = 0.1;

/**
 * Whether there is anybody for the target at all. Of the conditions it is told how many fulfil each, so that the one
 * shows that keeps everybody out.
 *
 * @param place the key of the target in the configuration
 */
export function lintScope({ entries, conditions, resources, rejected }: ScopeCheck, place: string): Finding[] {
  const users = [...entries].filter(({ type }) => type === 'user');
  const inScope = resources.filter(({ type }) => type === 'user').length;
  const refused = rejected.filter(
    ({ type, reasons }) => type === 'user' && !reasons.some(({ code }) => code === 'duplicate_entry'),
  );
  const all = inScope + refused.length;
  if (all === 0) {
    const why =
      users.length === 0
        ? 'no user was read at all'
        : `none of ${count(users.length, 'user')} is in scope${fulfilment(conditions, users)}`;
    return [{ severity: 'error', rule: 'nobody_in_scope', place: `${place}.scope.users`, text: why }];
  }
  if (refused.length === 0) return [];
  const reasons = Object.entries(countReasons(refused))
    .sort(([, a], [, b]) => b - a)
    .map(([code, number]) => `${whole(number)} ${code}`)
    .join(', ');
  const text = `${whole(refused.length)} of ${count(all, 'user')} in scope cannot be written (${reasons})`;
  if (inScope === 0) return [{ severity: 'error', rule: 'everybody_rejected', place: `${place}.users`, text }];
  return refused.length / all < manyRejected
    ? []
    : [{ severity: 'warning', rule: 'many_rejected', place: `${place}.users`, text }];
}

function fulfilment(conditions: readonly ScopeCondition[], users: readonly Entry[]): string {
  const told = conditions.map(({ kind, text, judge }) => {
    const judged = users.map(judge);
    const failing = judged.filter((one) => one instanceof EvaluationError).length;
    return `${kind} ${text} holds for ${whole(judged.filter((one) => one === true).length)}${failing === 0 ? '' : ` and fails for ${whole(failing)}`}`;
  });
  return told.length === 0 ? '' : `: ${told.join('; ')}`;
}

import type { Entry } from '../model/entry.ts';
import type { Resource } from '../model/resource.ts';
import type { ScopeEvaluation } from '../mapping/evaluate-scope.ts';

/** A clause of the scope by which an entry has access: each of them has to hold. */
export interface Grant {
  /** `everybody`: the scope has no condition. */
  readonly kind: 'memberOf' | 'where' | 'everybody';
  /** The condition; nothing for `everybody`. */
  readonly text: string;
  /** DNs, as the configuration has them, of the groups by which the clause holds for this entry. */
  readonly groups: readonly string[];
}

/**
 * What the directories say about an entry that has an account:
 *
 *   in a reading | scope  | written | active | standing
 *   -------------+--------+---------+--------+------------
 *   no           | -      | -       | -      | `not_read`
 *   yes          | out    | -       | -      | `out_of_scope`
 *   yes          | failed | no      | -      | `unclear`
 *   yes          | in     | no      | -      | `unclear`
 *   yes          | in     | yes     | no     | `inactive`
 *   yes          | in     | yes     | yes    | `in_scope`
 *
 * `unknown`: the directories could not be read.
 */
export type Standing = 'in_scope' | 'inactive' | 'out_of_scope' | 'unclear' | 'not_read' | 'unknown';

/** @param resource what the target should have for the entry; undefined where it cannot be written */
export function standingOf(
  entry: Entry | undefined,
  { verdicts }: Pick<ScopeEvaluation, 'verdicts'>,
  resource: Pick<Resource, 'attributes'> | undefined,
): Standing {
  if (entry === undefined) return 'not_read';
  if ((verdicts.get(entry.id) ?? 'out') === 'out') return 'out_of_scope';
  if (resource === undefined) return 'unclear';
  return resource.attributes.get('active') === false ? 'inactive' : 'in_scope';
}

/** The clauses by which an entry is in scope; none when it is not, or nobody can tell. */
export function grantsOf(entry: Entry, { verdicts, conditions }: ScopeEvaluation): Grant[] {
  if (verdicts.get(entry.id) !== 'in') return [];
  const grants = conditions[entry.type].flatMap(({ kind, text, groupsFor }): Grant[] =>
    kind === 'profile' ? [] : [{ kind, text, groups: groupsFor?.(entry) ?? [] }],
  );
  return grants.length === 0 ? [{ kind: 'everybody', text: '', groups: [] }] : grants;
}

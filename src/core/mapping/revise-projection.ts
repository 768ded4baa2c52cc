import type { Entry } from '../model/entry.ts';
import { valueOf, type Resource } from '../model/resource.ts';
import type { TargetDefinition } from './definition.ts';
import { mapEntry } from './map-entry.ts';
import { memberAttributes } from './member-values.ts';
import { primaryGroupAttributes } from './primary-group.ts';
import { placeOf, type Draft } from './project.ts';
import { mapsByDirectory } from './ready-map.ts';
import { judge, evaluateScopeAgain, type ScopeEvaluation } from './evaluate-scope.ts';

/**
 * What `draftProjection` would make of the same entries with these in place of those with their ids, for the change that
 * is by far the most frequent: attributes of some users, none of which concern anybody else. Undefined when it is more
 * than that, or may be: a group, a newcomer, a new DN, a value that others are matched by, someone who is or was
 * rejected, an appearance in several directories, time that has run out.
 *
 * @param now milliseconds since 1970
 */
export function reviseProjection(
  draft: Draft,
  changed: readonly Entry[],
  definition: TargetDefinition,
  now: number,
): Draft | undefined {
  const evaluation = evaluateScopeAgain(draft.evaluation, definition, now);
  if (evaluation === undefined) return undefined;
  const resources = [...draft.projection.resources];
  for (const entry of changed) {
    const verdict = evaluation.verdicts.get(entry.id);
    if (!isAlone(entry, evaluation) || verdict !== judge(entry, evaluation.conditions.user) || verdict === 'failed')
      return undefined;
    if (verdict === 'out') continue;
    const at = placeOf(resources, { type: entry.type, sourceId: entry.id });
    const before = resources[at];
    const mapped = mapEntry(entry, mapsByDirectory(definition)(entry.directory, 'user'), evaluation);
    if (before === undefined || mapped.kind === 'rejected' || !isMatchedAlike(before, mapped.resource, definition))
      return undefined;
    resources[at] = mapped.resource;
  }
  const { until } = evaluation.validity;
  return {
    evaluation,
    memory: draft.memory,
    contested: draft.contested,
    projection: { ...draft.projection, resources, holdsUntil: until },
  };
}

/** A user whom the survey knows as they are, but for attributes that nobody else depends on. */
function isAlone(entry: Entry, { index, owners }: ScopeEvaluation): boolean {
  // By its spelling alone: whoever is found by another one has another DN, and a newcomer is not looked for among all keys.
  const row = index.table.spelled(entry.dn, entry.directory);
  const known = row === undefined ? undefined : index.table.entry(row);
  return (
    entry.type === 'user' &&
    known?.id === entry.id &&
    known.type === entry.type &&
    !owners.has(entry.id) &&
    [...primaryGroupAttributes.user, ...memberAttributes.user].every(
      (name) => String(known.attributes.get(name)) === String(entry.attributes.get(name)),
    )
  );
}

function isMatchedAlike(before: Resource, now: Resource, { match }: TargetDefinition): boolean {
  return before.type === now.type && match[now.type].every((path) => valueOf(before, path) === valueOf(now, path));
}

import type { AccessRow, TargetAccess } from '../../cycle/report-access.ts';

/** Who has what on a target, for scripts. */
export function accessJson({ target, counts, rows, isComplete }: TargetAccess): unknown {
  const { active, deactivated, lost, adopted, leftDisabled } = counts;
  return {
    target,
    isComplete,
    users: { active: active - leftDisabled, leftDisabled, deactivated, lost, adopted },
    access: rows.map(rowJson),
  };
}

function rowJson(row: AccessRow): unknown {
  const { person, login, state, standing, grants, remains, since, ended, deleteAt, groups } = row;
  const { sourceId, targetId, directory, origin } = row;
  return {
    person,
    login,
    state,
    standing,
    grants,
    remains,
    since,
    ended,
    deleteAt,
    groups,
    origin,
    sourceId,
    targetId,
    directory,
  };
}

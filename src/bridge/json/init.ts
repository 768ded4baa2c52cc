import type { Starter } from '../init/starter.ts';
import type { Survey } from '../init/survey-tally.ts';

/** What a starter configuration was made from. */
export function initJson(
  file: string,
  { directory, target, bases, userName, scopeGroup }: Starter,
  survey: Survey,
): unknown {
  const { kind, users, groups, candidates, containers, scopeGroups } = survey;
  return {
    file,
    directory,
    target,
    kind,
    users,
    groups,
    bases,
    userName,
    scopeGroup,
    candidates,
    containers,
    scopeGroups,
  };
}

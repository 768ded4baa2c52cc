import { checkNotify } from './check-access.ts';
import { checkDirectory } from './check-directory.ts';
import { checkNames, checkTarget } from './check-target.ts';
import type { Problem } from './problem.ts';
import { type ProfiledSource, profileDialect, profileName, type ProfiledTarget } from './profile.ts';
import type { ConfigPath } from './place.ts';

/** What is wrong between keys that are each fine by themselves. */
export function crossCheck(source: ProfiledSource): Problem[] {
  const directories = Object.entries(source.directories);
  const targets = Object.entries(source.targets);
  const empty = (['directories', 'targets'] as const)
    .filter((section) => Object.keys(source[section]).length === 0)
    .map((section): Problem => ({
      path: [section],
      at: 'key',
      what: `there are no ${section}; nothing could be kept in step`,
    }));
  return [
    ...empty,
    ...directories.flatMap(([name, directory]) => checkDirectory(['directories', name], directory)),
    ...directories.flatMap(([name, { sees }]) =>
      checkNames(
        ['directories', name, 'sees'],
        sees,
        directories.map(([other]) => other).filter((other) => other !== name),
      ),
    ),
    ...targets.flatMap(([name, target]) => checkTarget(['targets', name], target, Object.keys(source.directories))),
    ...targets.flatMap(([name, target]) => checkLifecycle(['targets', name], target)),
    ...source.notify.flatMap((section, index) => checkNotify(['notify', index], section)),
  ];
}

/** Where a target is asked for an end or a beginning of accounts that its profile says it does not know. */
function checkLifecycle(path: ConfigPath, target: ProfiledTarget): Problem[] {
  const { users, groups } = profileDialect(target.profile);
  const { leaves, groups: leavingGroups } = target.removal;
  const name = profileName(target.profile);
  const problems: Problem[] = [];
  const say = (key: readonly string[], what: string, fix: string) =>
    problems.push({ path: [...path, ...key], at: 'value', what, fix });
  if (leaves === 'deactivate' && users.deactivation === 'deletes') {
    say(
      ['removal', 'leaves'],
      `on this target whoever is deactivated is deleted (profile ${name})`,
      'write delete if that is meant, or keep',
    );
  }
  if (leaves === 'delete' && users.deletion === 'none') {
    say(['removal', 'leaves'], `this target cannot delete users (profile ${name})`, 'write deactivate or keep');
  }
  if (target.removal.deleteAfter !== undefined && users.deletion === 'none') {
    say(['removal', 'deleteAfter'], `this target cannot delete users (profile ${name})`, 'leave it out');
  }
  if (leavingGroups === 'delete' && groups.deletion === 'none') {
    say(['removal', 'groups'], `this target cannot delete groups (profile ${name})`, 'write empty or keep');
  }
  if (target.users.createInactive && !users.createInactive) {
    say(['users', 'createInactive'], `this target cannot create inactive users (profile ${name})`, 'leave it out');
  }
  return problems;
}

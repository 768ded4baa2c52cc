import { checkNotify } from './check-access.ts';
import { checkDirectory } from './check-directory.ts';
import { checkLifecycle } from './check-lifecycle.ts';
import { checkNames, checkTarget } from './check-target.ts';
import type { Problem } from './problem.ts';
import type { ProfiledSource } from './profile.ts';

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

import { createHash } from 'node:crypto';
import type { Configuration, DirectoryConfiguration, MapChange, TargetConfiguration } from './configuration.ts';

/**
 * Changes whenever the configuration may want something else from the same entries, so that a watermark of before says
 * nothing any more and everything has to be read and compared again. What only concerns how directory and target are
 * reached (URLs of servers, secrets, limits, guard, schedule) is left out. So is the text of the presets: it changes
 * with the version of the program.
 */
export function configurationHash(configuration: Configuration, targetName: string): string {
  const target = configuration.targets.get(targetName);
  if (target === undefined) throw new TypeError(`no target ${targetName}`);
  const directories = target.from.map((name) => wantedFrom(configuration.directories.get(name)));
  return createHash('sha256').update(JSON.stringify([directories, wantedBy(target)])).digest('hex');
}

function wantedFrom(directory: DirectoryConfiguration | undefined): unknown {
  if (directory === undefined) return null;
  const { name, kind, users, groups } = directory;
  const scope = [users, groups].map((one) => (one === undefined ? null : [one.bases ?? null, one.filter ?? null]));
  return [name, kind, kind === 'ldif' ? directory.path : null, scope];
}

function wantedBy(target: TargetConfiguration): unknown {
  const { url, profile, scope, users, groups, removal } = target;
  return [
    url,
    profile,
    [scope.users.where?.source ?? null, scope.users.memberOf],
    [scope.groups.where?.source ?? null, scope.groups.memberOf, scope.nested],
    [users.match, users.adopt, users.createInactive, wantedMap(users.map)],
    [groups.match, groups.adopt, wantedMap(groups.map)],
    [removal.leaves, removal.deleteAfter ?? null, removal.groups],
  ];
}

/** The order of the lines has no meaning. */
function wantedMap(map: readonly MapChange[]): unknown {
  return map
    .map(({ path, rule }) => [path.text, rule === null ? null : [rule.expression.source, rule.apply]] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

import { coversPath } from '../core/mapping/cover-path.ts';
import { desiredPath } from '../core/mapping/path-kind.ts';
import { parseScimPath, scimPath } from '../core/mapping/scim-path.ts';
import { profileDialect, profileName, type ProfiledTarget } from './profile.ts';

/**
 * What the profile makes of a target's configuration where its author might expect something else: sentences for
 * `check`. None of them is an error.
 */
export function targetNotes(target: ProfiledTarget): string[] {
  const { profile, removal } = target;
  const { users, groups } = profileDialect(profile);
  const deletes = removal.leaves === 'delete' || removal.deleteAfter !== undefined;
  const notes: (string | false)[] = [
    groups.supported === 'off' && 'the target has no groups: none are in its scope',
    groups.supported !== 'off' &&
      !groups.create &&
      'the target makes its groups itself: those that it does not have are reported, not created',
    !users.create && 'the target makes its users itself: those that it does not have are reported, not created',
    users.update === 'none' && 'the target takes no updates of users: what the map says is sent at creation only',
    groups.update === 'none' && 'the target takes no updates of groups: what the map says is sent at creation only',
    users.deactivation === 'deletes' &&
      'whoever is inactive in the directory is deleted on the target: it cannot deactivate',
    deletes &&
      users.deletion === 'irreversible' &&
      'removal deletes users, and on this target nothing of a deleted user can be had back',
    deletes &&
      users.deletion === 'deactivates' &&
      'removal deletes users, which this target takes for deactivating them',
    ...mapNotes('users', target.users.map, users),
    ...(groups.supported === 'off' ? [] : mapNotes('groups', target.groups.map, groups)),
  ];
  return notes.flatMap((note) => (note === false ? [] : [`profile ${profileName(profile)}: ${note}`]));
}

interface Paths {
  readonly drop: readonly string[];
  readonly immutable: readonly string[];
}

/** Lines that the configuration itself has; those of the presets are left out without a word. */
function mapNotes(type: 'users' | 'groups', map: ProfiledTarget['users']['map'], { drop, immutable }: Paths): string[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const parsed = parseScimPath(key);
    if (value === null || typeof parsed === 'string') return [];
    const path = scimPath(desiredPath(parsed));
    if (drop.some((one) => coversPath(scimPath(one), path)))
      return [`${type}.map: ${key} is not sent, because the target does not take it`];
    const isCreateOnly = 'apply' in value && value.apply === 'create';
    if (isCreateOnly || !immutable.some((one) => coversPath(scimPath(one), path))) return [];
    return [`${type}.map: ${key} is sent at creation only, because the target does not change it`];
  });
}

import type { MapRule, TargetDefinition } from '../core/mapping/definition.ts';
import { requirementsOf } from '../core/mapping/requirement.ts';
import { desiredPath } from '../core/mapping/path-kind.ts';
import type { ScimPath } from '../core/mapping/scim-path.ts';
import type { ResourceType } from '../core/model/entry.ts';
import { BridgeError } from '../core/model/errors.ts';
import type { Configuration, MapChange, TargetConfiguration } from './configuration.ts';
import { nearest } from '../core/expression/nearest.ts';
import { fitMap, requiredPaths } from './fit-map.ts';
import { loadPreset, type Preset, type PresetName } from './preset.ts';
import { profileDialect, profileName } from './profile.ts';

/**
 * Everything that decides what a target should hold: for each of its directories the preset map with what the
 * configuration adds, as far as the target's profile takes it, plus scope and match.
 *
 * @param presetOf which preset fits each directory; known once the directories were asked (`kind: auto`)
 * @throws BridgeError D2S_CONFIG_INVALID when a key is removed that no preset has, or a match path or one that the
 *   profile requires has no rule
 */
export async function defineTarget(
  configuration: Configuration,
  targetName: string,
  presetOf: ReadonlyMap<string, PresetName>,
): Promise<TargetDefinition> {
  const target = configuration.targets.get(targetName);
  if (target === undefined) throw new TypeError(`no target ${targetName}`);
  const presets = new Map<string, Preset>();
  for (const directory of target.from) {
    const name = presetOf.get(directory);
    if (name === undefined) throw new TypeError(`no preset is chosen for the directory ${directory}`);
    presets.set(directory, await loadPreset(name));
  }
  for (const type of ['user', 'group'] as const)
    refuseVainRemovals(
      changesOf(target, type),
      [...presets.values()].flatMap((preset) => preset[type]),
    );
  const dialect = profileDialect(target.profile);
  const profile = profileName(target.profile);
  const hasGroups = dialect.groups.supported !== 'off';
  const required = { user: requiredPaths(dialect, 'user'), group: hasGroups ? requiredPaths(dialect, 'group') : [] };
  const maps = [...presets].map(([directory, preset]) => {
    const merged = (type: ResourceType) => {
      const rules = fitMap(mergeMap(preset[type], changesOf(target, type)), dialect, type);
      refuseGaps(required[type], rules, `targets.${targetName}.${type}s.map`, profile);
      return rules;
    };
    return [directory, { user: merged('user'), group: merged('group') }] as const;
  });
  const mapped = (type: ResourceType) => maps.flatMap(([, map]) => map[type]);
  return {
    target: targetName,
    maps: new Map(maps),
    scope: { user: target.scope.users, group: { ...target.scope.groups, supported: hasGroups } },
    nested: target.scope.nested,
    sees: new Map(target.from.map((name) => [name, new Set(configuration.directories.get(name)?.sees)])),
    overlap: target.overlap,
    match: {
      user: mappedMatch(targetName, 'users', target.users.match, mapped('user')),
      group: mappedMatch(targetName, 'groups', target.groups.match, mapped('group')),
    },
    seatOrder: mappedSeatOrder(targetName, target.limits, mapped('user')),
    required,
    profile,
  };
}

/** The preset, changed key by key: replaced where it stands, removed by null, added at the end. */
function mergeMap(preset: readonly MapRule[], changes: readonly MapChange[]): MapRule[] {
  const rules = new Map(preset.map((rule) => [keyOf(rule), rule]));
  for (const change of changes) {
    if (change.rule === null) rules.delete(keyOf(change));
    else rules.set(keyOf(change), { path: change.path, ...change.rule });
  }
  return [...rules.values()];
}

function changesOf(target: TargetConfiguration, type: ResourceType): readonly MapChange[] {
  return type === 'user' ? target.users.map : target.groups.map;
}

/** SCIM attribute names compare without case (RFC 7643 §2.1). */
function keyOf({ path }: Pick<MapRule, 'path'>): string {
  return path.text.toLowerCase();
}

/** `key: null` with a slip in the key would leave in what was to be kept from the target. */
function refuseVainRemovals(changes: readonly MapChange[], preset: readonly MapRule[]): void {
  const known = new Set(preset.map(keyOf));
  for (const change of changes) {
    if (change.rule !== null || known.has(keyOf(change))) continue;
    const meant = nearest(
      change.path.text,
      preset.map((rule) => rule.path.text),
    );
    throw new BridgeError(
      'D2S_CONFIG_INVALID',
      `${change.place}: null removes ${change.path.text} from the preset map, which does not have it`,
      meant === undefined ? 'leave it out' : `did you mean ${meant}?`,
    );
  }
}

/** A path that no rule fills would be missing for everyone, and everyone would be reported. */
function refuseGaps(required: readonly ScimPath[], rules: readonly MapRule[], map: string, profile: string): void {
  const gap = requirementsOf(
    required,
    rules.map(({ path }) => ({ path: desiredPath(path) })),
  ).find(({ givers }) => givers.length === 0);
  if (gap === undefined) return;
  throw new BridgeError(
    'D2S_CONFIG_INVALID',
    `${map}: the target requires ${gap.name} (profile ${profile}), and nothing is mapped to it`,
    `map ${gap.name}`,
  );
}

/**
 * The match paths as the maps spell them. One that no map fills would never find anyone: accounts that exist would be
 * created a second time.
 */
function mappedMatch(
  target: string,
  type: 'users' | 'groups',
  match: readonly string[],
  rules: readonly MapRule[],
): string[] {
  const spelled = new Map(rules.map((rule) => [keyOf(rule), rule.path.text]));
  return match.map((text) => {
    if (text.toLowerCase() === 'externalid') return 'externalId';
    const found = spelled.get(text.toLowerCase());
    if (found !== undefined) return found;
    const meant = nearest(text, spelled.values());
    throw new BridgeError(
      'D2S_CONFIG_INVALID',
      `targets.${target}.${type}.match: ${text} is not mapped, so nobody could be found by it`,
      meant === undefined
        ? 'map it, or leave it out of match'
        : `map it, or leave it out of match; did you mean ${meant}?`,
    );
  });
}

/** By a path that no map fills, nobody would come before anybody. */
function mappedSeatOrder(
  target: string,
  { seats, seatOrder }: TargetConfiguration['limits'],
  rules: readonly MapRule[],
): string | undefined {
  if (seats === undefined) return undefined;
  const spelled = new Map(rules.map((rule) => [keyOf(rule), rule.path.text]));
  const found = spelled.get(seatOrder.toLowerCase());
  if (found !== undefined) return found;
  const meant = nearest(seatOrder, spelled.values());
  throw new BridgeError(
    'D2S_CONFIG_INVALID',
    `targets.${target}.limits.seatOrder: ${seatOrder} is not mapped, so nobody would come first by it`,
    meant === undefined ? 'map it, or name a path that is mapped' : `did you mean ${meant}?`,
  );
}

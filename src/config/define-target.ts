import type { MapRule, TargetDefinition } from '../core/mapping/definition.ts';
import type { ResourceType } from '../core/model/entry.ts';
import { BridgeError } from '../core/model/errors.ts';
import type { Configuration, MapChange, TargetConfiguration } from './configuration.ts';
import { nearest } from '../core/expression/nearest.ts';
import { loadPreset, type Preset, type PresetName } from './preset.ts';

/**
 * Everything that decides what a target should hold: for each of its directories the preset map with what the
 * configuration adds, plus scope and match.
 *
 * @param presetOf which preset fits each directory; known once the directories were asked (`kind: auto`)
 * @throws BridgeError D2S_CONFIG_INVALID when a key is removed that no preset has, or a match path has no rule
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
  for (const type of ['user', 'group'] as const) refuseVainRemovals(changesOf(target, type), [...presets.values()].flatMap((preset) => preset[type]));
  const maps = [...presets].map(([directory, preset]) => {
    const merged = (type: ResourceType) => mergeMap(preset[type], changesOf(target, type));
    return [directory, { user: merged('user'), group: merged('group') }] as const;
  });
  const mapped = (type: ResourceType) => maps.flatMap(([, map]) => map[type]);
  return {
    target: targetName,
    maps: new Map(maps),
    scope: { user: target.scope.users, group: target.scope.groups },
    nested: target.scope.nested,
    match: {
      user: mappedMatch(targetName, 'users', target.users.match, mapped('user')),
      group: mappedMatch(targetName, 'groups', target.groups.match, mapped('group')),
    },
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
    const meant = nearest(change.path.text, preset.map((rule) => rule.path.text));
    throw new BridgeError(
      'D2S_CONFIG_INVALID',
      `${change.place}: null removes ${change.path.text} from the preset map, which does not have it`,
      meant === undefined ? 'leave it out' : `did you mean ${meant}?`,
    );
  }
}

/**
 * The match paths as the maps spell them. One that no map fills would never find anyone: accounts that exist would be
 * created a second time.
 */
function mappedMatch(target: string, type: 'users' | 'groups', match: readonly string[], rules: readonly MapRule[]): string[] {
  const spelled = new Map(rules.filter((rule) => rule.apply === 'always').map((rule) => [keyOf(rule), rule.path.text]));
  return match.map((text) => {
    if (text.toLowerCase() === 'externalid') return 'externalId';
    const found = spelled.get(text.toLowerCase());
    if (found !== undefined) return found;
    const meant = nearest(text, spelled.values());
    throw new BridgeError(
      'D2S_CONFIG_INVALID',
      `targets.${target}.${type}.match: ${text} is not mapped (or only with apply: create), so nobody could be found by it`,
      meant === undefined ? 'map it, or leave it out of match' : `map it, or leave it out of match; did you mean ${meant}?`,
    );
  });
}

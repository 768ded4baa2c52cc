import type { ResourceType } from '../model/entry.ts';
import { readyRules, type ReadyRule } from './apply-rule.ts';
import type { MapRule, TargetDefinition } from './definition.ts';
import { requirementsOf, type Requirement } from './requirement.ts';

/** The map of one directory and type, with what the target requires of it. */
export interface ReadyMap {
  readonly rules: readonly ReadyRule[];
  readonly requirements: readonly Requirement[];
  /** The profile with the requirements, for sentences. */
  readonly profile: string;
  /** Attributes that the rules read, in lower case. */
  readonly reads: readonly string[];
  /** Rules that no proof covers: who is found or called by it, whether they are active, and what others or the time decide. */
  readonly uncovered: readonly ReadyRule[];
  /** Another text for another map. */
  readonly text: string;
}

type MapOf = (directory: string, type: ResourceType) => ReadyMap;

/** The map for entries of a directory and type; made ready once for a definition. */
export function mapsByDirectory(definition: TargetDefinition): MapOf {
  const known = readied.get(definition);
  if (known !== undefined) return known;
  const { profile, required } = definition;
  const none: ReadyMap = { rules: [], requirements: [], profile, reads: [], uncovered: [], text: '' };
  const readyMap = (maps: Readonly<Record<ResourceType, readonly MapRule[]>>, type: ResourceType): ReadyMap => {
    const rules = readyRules(maps[type], type);
    const requirements = requirementsOf(required[type], rules);
    return { rules, requirements, profile, ...coverageOf(rules, definition, type) };
  };
  const ready = new Map(
    [...definition.maps].map(([directory, maps]) => [
      directory,
      { user: readyMap(maps, 'user'), group: readyMap(maps, 'group') },
    ]),
  );
  const mapOf: MapOf = (directory, type) => ready.get(directory)?.[type] ?? none;
  readied.set(definition, mapOf);
  return mapOf;
}

/** A pure memo: definitions do not change, and what is made of them is known again by being the same. */
const readied = new WeakMap<TargetDefinition, MapOf>();

/** What of a map a proof covers: rules that ask for nothing but the entry, of nothing by which others may be concerned. */
function coverageOf(
  rules: readonly ReadyRule[],
  { match, required, profile }: TargetDefinition,
  type: ResourceType,
): Pick<ReadyMap, 'reads' | 'uncovered' | 'text'> {
  const always = new Set(['active', 'username', 'displayname', ...match[type].map((path) => path.toLowerCase())]);
  const told = rules.map(({ path, kind, apply, rule }) => [path, kind, apply, rule.single, rule.expression.source]);
  return {
    reads: [...new Set(rules.flatMap(({ rule }) => [...rule.expression.attributes]))].sort(),
    uncovered: rules.filter(
      ({ path, kind, apply, rule }) =>
        apply === 'create' || kind === 'reference' || !rule.expression.isOwn || always.has(path.toLowerCase()),
    ),
    text: JSON.stringify([told, match[type], required[type].map(({ text }) => text), profile]),
  };
}

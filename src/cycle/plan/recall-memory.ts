import { dnKey } from '../../core/directory/dn.ts';
import type { Digest } from '../../core/model/link.ts';
import type { TargetDefinition } from '../../core/mapping/definition.ts';
import { holderKey } from '../../core/mapping/duplicates.ts';
import type { Memory } from '../../core/mapping/memory.ts';
import type { Draft } from '../../core/mapping/project.ts';
import type { ScopeGroup } from '../../core/mapping/evaluate-scope.ts';
import { digestAttributes } from '../../core/planning/diff.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateView } from '../../ports/state-store.ts';
import { gather } from '../shared/batches.ts';
import { formerNames, isSameFormer } from '../shared/former-names.ts';

/**
 * What the state knows that a draft depends on: of names that nobody has, of entries and groups that several directories
 * show. What a draft found by itself as it is remembered need not be told to it.
 */
export async function recallMemory(
  draft: Draft,
  definition: TargetDefinition,
  store: StateView,
  clock: Pick<Clock, 'monotonic'> | undefined,
): Promise<Memory> {
  return {
    former: await formerNames(draft.evaluation.index.unknown, definition.maps.keys(), store, clock),
    homes: await homesOf(draft, definition, store),
    scopeHomes: scopeHomesOf(draft, definition, (await store.target(definition.target)).scopeHomes, store.digest),
    holders: await holdersOf(draft, definition, store),
  };
}

/** Whether a draft that was made with one would be another one with the other. */
export function isSameMemory(one: Memory, other: Memory): boolean {
  return (
    isSameFormer(one.former, other.former) &&
    isSameMap(one.homes, other.homes) &&
    isSameMap(one.scopeHomes, other.scopeHomes) &&
    one.holders.symmetricDifference(other.holders).size === 0
  );
}

/** What the state is to remember: in which directory each group of the scope was found, by keyed digests of their DNs. */
export function scopeHomes(
  groups: readonly ScopeGroup[],
  digest: Digest,
): Readonly<Record<string, string>> | undefined {
  const homes = groups.map(({ dn, directory }) => [homeKey(dn, digest), directory] as const);
  return homes.length === 0 ? undefined : Object.fromEntries(homes.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whose account has a value that several want, letter by letter, as far as the target acknowledged it. */
async function holdersOf(
  { contested }: Draft,
  { target }: TargetDefinition,
  store: StateView,
): Promise<Memory['holders']> {
  if (contested.length === 0) return new Set();
  const links = await gather([...new Set(contested.map(({ sourceId }) => sourceId))], (batch) =>
    store.links(target, batch),
  );
  return new Set(
    contested.flatMap((contest) => {
      const link = links.get(contest.sourceId);
      const { [contest.path]: digest } = digestAttributes(
        new Map([[contest.path, contest.value]]),
        store.digest,
        () => undefined,
      );
      return link !== undefined && link.lifecycle !== 'lost' && link.attributes[contest.path] === digest
        ? [holderKey(contest)]
        : [];
    }),
  );
}

/** With `overlap: allowed` an entry is in whichever directory comes first. */
async function homesOf(
  { evaluation: { owners }, memory }: Draft,
  { target, maps, overlap }: TargetDefinition,
  store: StateView,
): Promise<Memory['homes']> {
  if (owners.size === 0 || overlap === 'allowed') return new Map();
  const links = await gather([...owners.keys()], (batch) => store.links(target, batch));
  return new Map(
    [...links].flatMap(([id, { directory }]) => {
      const isNew = directory !== owners.get(id)?.directory || memory.homes.has(id);
      return isNew && maps.has(directory) ? [[id, directory] as const] : [];
    }),
  );
}

function scopeHomesOf(
  { evaluation: { scopeGroups }, memory }: Draft,
  { maps }: TargetDefinition,
  known: Readonly<Record<string, string>> = {},
  digest: Digest,
): Memory['scopeHomes'] {
  return new Map(
    scopeGroups.flatMap(({ dn, directory }) => {
      const home = known[homeKey(dn, digest)];
      if (home === undefined || !maps.has(home)) return [];
      return home !== directory || memory.scopeHomes.has(dn) ? [[dn, home] as const] : [];
    }),
  );
}

function homeKey(dn: string, digest: Digest): string {
  return digest(`scope home ${dnKey(dn)}`);
}

function isSameMap(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);
}

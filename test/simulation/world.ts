import { createShares } from '../../src/core/memory/shares.ts';
import { createDirectoryCaches, type DirectoryCaches } from '../../src/cycle/read/directory-caches.ts';
import { createHeldMatches, type HeldMatches } from '../../src/cycle/match/held-matches.ts';
import { createCleanCycles, type CleanCycles } from '../../src/cycle/plan/clean-cycles.ts';
import { createTimekeeper, type Timekeeper } from '../../src/cycle/shared/timekeeper.ts';
import type { TargetSetup } from '../../src/cycle/shared/target-setup.ts';
import type { Entry, ResourceType, SourceId } from '../../src/core/model/entry.ts';
import type { TargetId } from '../../src/core/model/link.ts';
import { definition, entry } from '../support/entries.ts';
import { fakeClock, type FakeClock } from '../support/fake-clock.ts';
import { createFakeSource, type FakeSource } from '../support/fake-source.ts';
import { createFakeTarget, type FakeTarget } from '../support/fake-target.ts';
import { noLimits, sameLimits } from '../support/limits.ts';
import { createMemoryStore, type MemoryStore } from '../support/memory-store.ts';
import { createRandom, randomId, type Random } from './random.ts';

export const target = 'wiki';
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

const people: readonly SourceId[] = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7'];
/** The same people under the ids of entries that were made anew. */
const madeAnew: readonly SourceId[] = people.map((id) => id.replace('p', 'n'));
export const personIds: readonly SourceId[] = [...people, ...madeAnew];
export const groupIds: readonly SourceId[] = ['g0', 'g1', 'g2', 'g3'];

/** What somebody else made on the target, as they left it. */
export interface ForeignResource {
  readonly type: ResourceType;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A removal as the target saw and acknowledged it, for which nobody had given an approval. */
export interface SeenRemoval {
  readonly at: number;
  /** `user`, `group`, `deletion` (of an account that was off before), or the target id of the group that somebody left. */
  readonly of: string;
  readonly subject: string;
}

/** What a cycle brought about on the target without anybody's approval, removals of people apart. */
export interface SeenEffect {
  readonly at: number;
  readonly kind: 'memberships' | 'emptied' | 'clears' | 'reactivations' | 'creations' | 'adoptions' | 'relinks';
  readonly subject: string;
}

/** What a daemon knows between its cycles. */
export interface Memory {
  readonly directoryCaches: DirectoryCaches;
  readonly cleanCycles: CleanCycles;
  readonly heldMatches: HeldMatches;
  readonly timekeeper: Timekeeper;
}

export function startProcess(clock: Pick<FakeClock, 'monotonic'>): Memory {
  return {
    directoryCaches: createDirectoryCaches(),
    cleanCycles: createCleanCycles(),
    heldMatches: createHeldMatches(),
    timekeeper: createTimekeeper(clock),
  };
}

/** A directory, a target and a state, and what is known about them besides. */
export interface World {
  readonly seed: number;
  readonly random: Random;
  readonly clock: FakeClock;
  readonly source: FakeSource;
  readonly target: FakeTarget;
  readonly setup: TargetSetup;
  /** As the running process holds it; another one after a crash. */
  store: MemoryStore;
  /** What it holds in memory alone, gone with it. */
  process: Memory;
  /** The wall clock was set forward, and no cycle has come to its end since. */
  hasLeapt: boolean;
  /** Something was taken from the target behind our back: only a change of the entry can show it. */
  wasWiped: boolean;
  /** Entries that readings do not show for a while, as if they were gone. */
  hidden: readonly Entry[];
  /** Entries that are there, and that the account may not read for a while. */
  readonly unreadable: Set<SourceId>;
  /** Those who ever were: what became of them since is asked for again after some minutes. */
  readonly onceUnreadable: Set<SourceId>;
  /** Since when (milliseconds since 1970) the directory says the same of whom it hides and of who is gone; undefined: it does not. */
  blindSince: number | undefined;
  /** Attributes that the account may not read for a while. */
  hiddenAttributes: readonly string[];
  /** The attribute by which people are locked is not shown for a while. */
  isLockHidden: boolean;
  /** Whose content the target does not accept, for now. */
  readonly refused: Set<SourceId>;
  readonly foreign: Map<TargetId, ForeignResource>;
  /** Of which a person said that they are a leaver's. */
  readonly approved: Set<TargetId>;
  /** Foreign ones that became ours. */
  readonly adopted: Set<TargetId>;
  seenRemovals: SeenRemoval[];
  seenEffects: readonly SeenEffect[];
  /** How many there were of what shares are shares of, and what may have taken effect unrecorded, lately. */
  populations: readonly { readonly at: number; readonly kind: SeenEffect['kind']; readonly count: number }[];
  unrecordedEffects: readonly { readonly at: number; readonly count: number }[];
  /** How many removals may have taken effect unrecorded, because the process died or the disk was full. */
  unrecorded: number;
  /** What happened, for whoever has to understand a failure. */
  readonly trace: string[];
}

export function createWorld(seed: number): World {
  const random = createRandom(seed);
  const ids = createRandom(seed ^ 0x1d);
  const match = random.pick([['externalId', 'userName'], ['userName'], ['userName', 'externalId']]);
  const groupMatch = random.pick([['externalId', 'displayName'], ['displayName']]);
  const adopt = random.pick(['first-match', 'first-match', 'never'] as const);
  const fake = createFakeTarget({
    name: target,
    concurrency: 1 + random.integer(3),
    memberChunk: 1 + random.integer(3),
    createWith: random.pick([0, 0, 1, 3]),
    unique: random.chance(0.7),
  });
  const setup: TargetSetup = {
    url: 'https://wiki.example/scim/v2',
    target: fake,
    definition: definition({
      users: {
        userName: 'lower(mail)',
        displayName: 'cn',
        title: 'title',
        active: '!bit(control, 2)',
        'enterprise.manager': 'ref(manager)',
        preferredLanguage: { value: 'lang', apply: 'create' },
      },
      groups: { displayName: 'cn' },
      scope: { user: { where: 'ou == "in"' }, group: { where: 'ou == "in"' } },
      nested: random.pick(['flatten', 'keep', 'direct'] as const),
      match: { user: match, group: groupMatch },
    }),
    policy: { user: { match, adopt, create: true }, group: { match: groupMatch, adopt, create: true } },
    removal: {
      leaves: random.pick(['deactivate', 'deactivate', 'delete', 'keep'] as const),
      deleteAfter: random.pick([undefined, 30 * day]),
      groups: random.pick(['delete', 'empty', 'keep'] as const),
    },
    mustSee: [],
    kept: createShares({ total: Infinity, each: Infinity }).open(),
    limits: {
      ...random.pick([noLimits, sameLimits({ percent: 25, atLeast: 1 + random.integer(2) })]),
      removals: random.chance(0.25) ? noLimits.removals : { percent: 25, atLeast: 1 + random.integer(2) },
      members: { percent: 25, atLeast: 1 + random.integer(2) },
      memberships: random.pick([noLimits.memberships, { percent: 10, atLeast: 1 + random.integer(2) }]),
      updates: { percent: 50, atLeast: 4 },
    },
    createInactive: random.chance(0.3),
  };
  const clock = fakeClock({ seed });
  const world: World = {
    seed,
    random,
    clock,
    source: createFakeSource('corp'),
    target: fake,
    setup,
    store: createMemoryStore(() => randomId(ids)),
    process: startProcess(clock),
    hasLeapt: false,
    wasWiped: false,
    hidden: [],
    unreadable: new Set(),
    onceUnreadable: new Set(),
    blindSince: undefined,
    hiddenAttributes: [],
    isLockHidden: false,
    refused: new Set(),
    foreign: new Map(),
    approved: new Set(),
    adopted: new Set(),
    seenRemovals: [],
    seenEffects: [],
    populations: [],
    unrecordedEffects: [],
    unrecorded: 0,
    trace: [
      JSON.stringify({
        removal: setup.removal,
        match,
        groupMatch,
        adopt,
        createInactive: setup.createInactive,
        nested: setup.definition.nested,
      }),
    ],
  };
  const share = random.pick([0.2, 0.7, 0.9]);
  for (const id of people) {
    if (random.chance(share)) world.source.put(newPerson(id, random.chance(0.15) ? 'off' : 'on'));
  }
  for (const id of groupIds) if (random.chance(0.6)) world.source.put(newGroup(id));
  if (random.chance(0.5)) furnish(world);
  return world;
}

/** Everybody has a title, and is in every group. */
function furnish({ source }: World): void {
  const entries = source.entries();
  const dns = entries.flatMap(({ type, dn }) => (type === 'user' ? [dn] : []));
  for (const entry of entries)
    source.put(entry.type === 'user' ? withValues(entry, 'title', ['Clerk']) : withValues(entry, 'member', dns));
}

export function newPerson(id: SourceId, status: 'on' | 'off' = 'on'): Entry {
  return entry(id, {
    mail: `${id}@example.org`,
    cn: `Person ${id}`,
    status,
    control: controlOf(status),
    ou: 'in',
    lang: 'en',
  });
}

export function newGroup(id: SourceId): Entry {
  return { ...entry(id, { cn: `Group ${id}`, ou: 'in' }, { dn: `CN=${id},OU=Groups,DC=corp` }), type: 'group' };
}

/** The entry with other values; none clear the attribute. */
export function withValues(old: Entry, name: string, values: readonly string[]): Entry {
  return { ...old, attributes: new Map([...old.attributes, [name, values]]) };
}

export function valuesOf(one: Entry, name: string): string[] {
  return (one.attributes.get(name) ?? []).filter((value) => typeof value === 'string');
}

/** What the map reads; `status` is what is true. */
export function controlOf(status: string | undefined): string {
  return status === 'off' ? '514' : '512';
}

/** The other id of the same person. */
export function otherIdOf(id: SourceId): SourceId {
  return id.startsWith('p') ? id.replace('p', 'n') : id.replace('n', 'p');
}

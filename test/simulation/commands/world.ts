import { createShares } from '../../../src/core/memory/shares.ts';
import type { SourceId } from '../../../src/core/model/entry.ts';
import type { TargetId } from '../../../src/core/model/link.ts';
import type { TargetSetup } from '../../../src/cycle/shared/target-setup.ts';
import { cycleStage, day, person, team } from '../../support/cycle-stage.ts';
import { definition } from '../../support/entries.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { createFakeSource, type FakeSource } from '../../support/fake-source.ts';
import { createFakeTarget, type FakeTarget } from '../../support/fake-target.ts';
import { VolatileDisk } from '../../support/volatile-disk.ts';
import { createRandom, type Random } from '../random.ts';
import type { LeftThere } from './left-there.ts';

export const target = 'wiki';
export const people: readonly SourceId[] = Array.from({ length: 10 }, (_, at) => `p${at}`);
export const groups: readonly SourceId[] = ['g0', 'g1', 'g2'];
/** So many may lose access within a day without anybody's word: as many by the directory's word as by absence. */
export const mostUnasked = 4;
/** Requests of one process at once. */
export const concurrency = 2;

/** What an administrator may have written into the configuration. */
export interface Settings {
  readonly file: string;
  readonly where: string | undefined;
  readonly title: string;
}

const here = (name: string): string => `${import.meta.dirname}/${name}`;

/** Any three files that differ stand for the texts. */
export const settings = [
  { file: here('world.ts'), where: undefined, title: 'title' },
  { file: here('live.ts'), where: 'ou == "in"', title: 'title' },
  { file: here('person.ts'), where: undefined, title: 'upper(title)' },
] as const satisfies readonly Settings[];

/** A directory, a target, a state on a disk, and what an onlooker knows who sees everything. */
export interface World {
  readonly seed: number;
  readonly random: Random;
  readonly clock: FakeClock;
  readonly source: FakeSource;
  readonly fake: FakeTarget;
  /** Another one after a power cut. */
  disk: VolatileDisk;
  settings: Settings;
  /** Whose changes the target refuses. */
  readonly refused: Set<SourceId>;
  /** By the target's id. */
  readonly ours: Map<TargetId, LeftThere>;
  /** Of each who may lose access because a person said so: when that was said. */
  readonly allowed: Map<SourceId, number>;
  /** Whose removal a person rejected or took back, and how the directory showed them then. */
  readonly kept: Map<SourceId, Situation>;
  /** Removals for which nobody had given a word. */
  unasked: readonly { readonly id: SourceId; readonly at: number }[];
  /** How many removals may have taken effect without being remembered: the process died. */
  unremembered: number;
  /** Of each entry of the provisioning log, in order. */
  logged: readonly string[];
  /** What was done that may not be, as soon as it was: the program takes what is thrown there for its own. */
  violation: Error | undefined;
  readonly trace: string[];
}

export function createWorld(seed: number): World {
  const clock = fakeClock({ seed });
  const source = createFakeSource('corp');
  const random = createRandom(seed);
  for (const id of people) source.put(someone(id, random));
  groups.forEach((id, at) => {
    source.put(team(id, people.slice(at * 3, at * 3 + 4)));
  });
  return {
    seed,
    random,
    clock,
    source,
    fake: createFakeTarget({ name: target, concurrency }),
    disk: new VolatileDisk(),
    settings: settings[0],
    refused: new Set(),
    ours: new Map(),
    allowed: new Map(),
    kept: new Map(),
    unasked: [],
    unremembered: 0,
    logged: [],
    violation: undefined,
    trace: [],
  };
}

export function someone(id: SourceId, random: Random, status = 'on') {
  return person(id, { title: random.pick(['Chief', 'Engineer']), ou: random.pick(['in', 'in', 'in', 'out']), status });
}

/** What cycles go by, as the configuration is now. */
export function setupOf({ settings: { where, title } }: World): Omit<TargetSetup, 'target'> {
  const { setup } = cycleStage([]);
  const users = { userName: 'lower(mail)', title, active: 'status != "off"' };
  return {
    ...setup,
    definition: definition({ users, ...(where === undefined ? {} : { scope: { user: { where } } }) }),
    removal: { leaves: 'deactivate', deleteAfter: 2 * day, groups: 'delete' },
    limits: { ...setup.limits, removals: { percent: 0, atLeast: mostUnasked / 2 } },
    fingerprint: `${where ?? ''} ${title}`,
    kept: createShares({ total: Infinity, each: Infinity }).open(),
  };
}

/** What the directory says of somebody, as the configuration is now. */
export type Situation = 'absent' | 'out of scope' | 'disabled' | 'wanted';

export function situationOf({ source, settings: { where } }: World, id: SourceId): Situation {
  const attributes = source.entry(id)?.attributes;
  if (attributes === undefined) return 'absent';
  if (where !== undefined && attributes.get('ou')?.[0] !== 'in') return 'out of scope';
  return attributes.get('status')?.[0] === 'off' ? 'disabled' : 'wanted';
}

/** Whether the directory wants somebody active on the target. */
export function isWanted(world: World, id: SourceId): boolean {
  return situationOf(world, id) === 'wanted';
}

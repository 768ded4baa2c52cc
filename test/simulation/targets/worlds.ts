import { behaviourOf, type Behaviour, type PartialBehaviour } from '../../support/scim-server/index.ts';
import { createRandom } from '../random.ts';
import { behaviourCases } from './behaviours.ts';
import type { Case } from './case.ts';
import { lieNames } from './lies.ts';
import { mishaps } from './mishaps.ts';
import { scriptNames } from './scripted-faults.ts';
import { vendorPlots } from './vendors.ts';
import type { Plot } from './world.ts';

/** What a server has for a while: it lies, lags, limits and fails. */
const illnesses: readonly PartialBehaviour[] = [
  { pace: { failAfterCommit: 3 } },
  { pace: { failAfterCommit: 7 } },
  { pace: { unavailable: 4 } },
  { pace: { buckets: [{ requests: 12, perSeconds: 10 }], tells: 'seconds' } },
  { pace: { buckets: [{ requests: 12, perSeconds: 10 }], tells: 'date' } },
  { pace: { buckets: [{ requests: 12, perSeconds: 10 }], tells: 'x-ratelimit-reset' } },
  { list: { lag: 3 } },
  { list: { maxPage: 5, total: 'page' } },
  { list: { maxPage: 5, defaultPage: 5, paging: 'ignored' } },
  { filter: { ignored: true } },
  { filter: { emptyStatus: 404 } },
  { patch: { atomic: false } },
  { errors: { shape: 'html' } },
  { http: { writes: 'asynchronous' } },
  { http: { gone: 'fails' } },
  { http: { gone: 'page' } },
  { groups: { rename: 'loses-members' } },
  { groups: { createAnswer: 'empty' } },
  { users: { createAnswer: 'empty' } },
  { users: { patchAnswer: 'null' } },
  { groups: { patchAnswer: 'OK' } },
  { members: { answers: 'none' } },
  { members: { again: 409, absent: 404 } },
  { members: { again: 500, absent: 500 } },
  { errors: { conflict: 422 } },
  { list: { unfiltered: 'fails' } },
  { list: { unfiltered: 'without-id' } },
  { list: { lag: 8 } },
  { filter: { repeats: true } },
];

/** By seed: a server like a vendor's, or one that differs in something; what ails it; and what goes wrong besides. */
export async function createPlots(): Promise<(seed: number) => Plot> {
  const vendors = await vendorPlots();
  const natures = behaviourCases();
  const names = scriptNames();
  return (seed) => {
    const random = createRandom(seed);
    const base: Omit<Plot, 'seed' | 'name'> & { readonly name: string } = random.chance(0.6)
      ? random.pick(vendors)
      : random.pick(natures);
    const illness = illnesses.filter(() => random.chance(0.06));
    const lies = lieNames().filter(() => random.chance(0.07));
    const scripts = names.filter((name) => !teaching.has(name)).filter(() => random.chance(0.08));
    const mishap =
      canBeFoundAgain(base, behaviourOf(...base.behaviour)) && random.chance(0.15) ? random.pick(mishaps) : undefined;
    const name = [
      base.name,
      ...illness.map((one) => JSON.stringify(one)),
      ...lies,
      ...scripts,
      ...(mishap === undefined ? [] : [mishap]),
    ].join('; ');
    return { ...base, seed, name, illness, lies, scripts, mishap, hides: true };
  };
}

/**
 * Where ids are ours, none is new; what the target does not make again stays lost; without lists nobody can tell whether it
 * is one account or all of them, which is for a person to say; nor who is in a group that does not show it; nor whose an account
 * is that has a new id and a former name, and does not show it.
 */
function canBeFoundAgain({ lacks }: Case, { users, list, members }: Behaviour): boolean {
  const isShown = list.unfiltered === 'shown' && members.shown === 'always' && !users.hides.includes('externalId');
  return lacks === undefined && users.ids !== 'externalId' && isShown;
}

/** From these a client learns what cannot be asked of a server; that they were passing is found out by nobody. */
const teaching: ReadonlySet<string> = new Set([
  'answer: 400',
  'answer: 400 that speaks of a filter',
  'answer: 405',
  'answer: 501',
]);

import { isDeepStrictEqual } from 'node:util';
import { behaviourOf, type Behaviour, type PartialBehaviour } from '../../support/scim-server/index.ts';
import { memberCases, patchCases } from './behaviours-changes.ts';
import { bulkCases, discoveryCases, errorCases, httpCases, paceCases } from './behaviours-http.ts';
import { filterCases, listCases } from './behaviours-reading.ts';
import { groupCases, userCases, valueCases } from './behaviours-resources.ts';
import type { Case, Cases, Example, SectionCases, Untried } from './case.ts';

/** A case for everything in which servers differ, value by value. */
const cases: {
  readonly [Section in keyof Behaviour]: Behaviour[Section] extends string
    ? Cases<Behaviour[Section]>
    : SectionCases<Behaviour[Section]>;
} = {
  protocol: {
    '2.0': {},
    '1.1': { dialect: { protocol: '1.1', discovery: { use: true, serviceProviderConfig: 'ServiceProviderConfigs' } } },
  },
  http: httpCases,
  discovery: discoveryCases,
  users: userCases,
  groups: groupCases,
  patch: patchCases,
  values: valueCases,
  members: memberCases,
  filter: filterCases,
  list: listCases,
  errors: errorCases,
  bulk: bulkCases,
  pace: paceCases,
};

export interface BehaviourCase extends Case {
  /** `patch.atomic = false`. */
  readonly name: string;
  readonly behaviour: readonly PartialBehaviour[];
}

/** Every value of every behaviour that is tried, with what it needs besides. */
export function behaviourCases(): BehaviourCase[] {
  const clean = behaviourOf();
  return Object.entries(cases).flatMap(([section, keys]): BehaviourCase[] => {
    const held: unknown = Reflect.get(clean, section);
    if (typeof held !== 'object' || held === null)
      return valuesOf(keys, held).flatMap(({ value, like }) => tried(section, value, held, like, { [section]: value }));
    return Object.entries(keys).flatMap(([key, values]: [string, unknown]) => {
      const usual: unknown = Reflect.get(held, key);
      return valuesOf(values, usual).flatMap(({ value, like }) =>
        tried(`${section}.${key}`, value, usual, like, { [section]: { [key]: value } }),
      );
    });
  });
}

function tried(
  key: string,
  value: unknown,
  usual: unknown,
  like: Case | Untried,
  difference: PartialBehaviour,
): BehaviourCase[] {
  const isBare = isDeepStrictEqual(like, {});
  if ('untried' in like || (isBare && isDeepStrictEqual(value, usual))) return [];
  const name = `${key} = ${JSON.stringify(value)}${isBare ? '' : `, ${JSON.stringify(like)}`}`;
  return [{ ...like, name, behaviour: [like.with ?? {}, difference] }];
}

/** Sections and keys that a clean server has and the table has not, or the other way round: as in types, so in fact. */
export function missingCases(): string[] {
  const names = (tree: object): string[] =>
    Object.entries(tree).flatMap(([section, keys]: [string, unknown]) =>
      typeof keys === 'object' && keys !== null && section !== 'protocol'
        ? Object.keys(keys).map((key) => `${section}.${key}`)
        : [section],
    );
  const [there, tried] = [new Set(names(behaviourOf())), new Set(names(cases))];
  return [...there.symmetricDifference(tried)];
}

/** Literals become what they stand for; those of a list, a list with that one. */
function valuesOf(values: unknown, clean: unknown): Example<unknown>[] {
  if (isExamples(values)) return [...values];
  if (typeof values !== 'object' || values === null) throw new TypeError('no cases');
  return Object.entries(values).map(([name, like]: [string, Case | Untried]) => {
    const value = /^\d+$/.test(name) ? Number(name) : name === 'true' || name === 'false' ? name === 'true' : name;
    return { value: Array.isArray(clean) ? [value] : value, like };
  });
}

function isExamples(values: unknown): values is readonly Example<unknown>[] {
  return Array.isArray(values);
}

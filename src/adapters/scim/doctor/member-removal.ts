import type { Body } from '../shared/message.ts';
import type { Bench, Specimen } from './bench.ts';
import { tryPut } from './change.ts';
import { choose, history, isLie, told, tryPatch, type IsDone, type Way } from './effect.ts';
import { read } from './specimen.ts';
import { unseen, works, type TrialResult } from './trial.ts';
import { addBoth, added, has, isVisible, membersOf, queryOf } from './group-members.ts';
import { words } from './words.ts';

/** Several joined by `or` are a matter of taste: who understands those understands one alone. */
const removals: Readonly<Record<'filter' | 'values', (id: string) => readonly Body[]>> = {
  filter: (id) => [{ op: 'remove', path: `members[value eq "${id}"]` }],
  values: (id) => [{ op: 'remove', path: 'members', value: [{ value: id }] }],
};

/** Whoever does not understand removal by values may take the whole list away: anna has to stay. */
export async function tryRemove(bench: Bench): Promise<TrialResult> {
  const { crew, anna, ben } = added(bench);
  if (!(await addBoth(bench, crew, anna, ben)))
    return {
      verdict: 'lies',
      text: 'whoever is added takes the place of the others, so that nobody can be removed alone',
      blocks: true,
    };
  const isOut: IsDone = (held) =>
    !isVisible(bench) || (membersOf(held)?.includes(anna.id) === true && membersOf(held)?.includes(ben.id) === false);
  const choice = await choose(
    (['filter', 'values'] as const).map((style): Way<typeof style> => ({
      name: style,
      async try() {
        await addBoth(bench, crew, anna, ben);
        return tryPatch(bench, 'group', crew.id, removals[style](ben.id), isOut, queryOf(bench));
      },
    })),
  );
  const before = history(choice);
  if (choice.chosen === undefined && !isLie(choice) && bench.facts.replacesMembers === true) {
    return {
      verdict: 'refused',
      text: `members are removed by replacing the whole list only: ${before}`,
      says: { members: { replace: true } },
    };
  }
  if (choice.chosen === undefined) return removedByPut(bench, crew, anna, ben, before, isLie(choice));
  return {
    verdict: isLie(choice) ? 'lies' : isVisible(bench) ? 'works' : 'unseen',
    text: `by ${choice.chosen} (${choice.status})${before === '' ? '' : `; ${before}`}`,
    says: { members: { remove: choice.chosen } },
  };
}

/** The whole group without one member: the last way of all. */
async function removedByPut(
  bench: Bench,
  crew: Specimen,
  anna: Specimen,
  ben: Specimen,
  before: string,
  wasLie: boolean,
): Promise<TrialResult> {
  const given = { verdict: wasLie ? ('lies' as const) : ('refused' as const), blocks: true };
  if (!isVisible(bench)) return { ...given, text: `members cannot be removed: ${before}` };
  await addBoth(bench, crew, anna, ben);
  const effect = await tryPut(
    bench,
    'group',
    crew.id,
    (body) => {
      body['members'] = [{ value: anna.id }];
    },
    has(bench, anna.id),
  );
  if (effect.kind === 'done')
    return {
      verdict: given.verdict,
      text: `members are removed by PUT of the whole group only: ${before}`,
      says: { groups: { update: 'put' } },
    };
  return { ...given, text: `members cannot be removed: ${before}; PUT of the whole group ${told(effect)}` };
}

/** Whether a second removal of somebody leaves the others in. */
export async function tryStranger(bench: Bench): Promise<TrialResult> {
  const { crew, ben } = added(bench);
  const style = bench.dialect().members.remove === 'values' ? 'values' : 'filter';
  await tryPatch(bench, 'group', crew.id, removals[style](ben.id), () => true);
  const before = membersOf(await read(bench, 'group', crew.id, queryOf(bench))) ?? [];
  const effect = await tryPatch(
    bench,
    'group',
    crew.id,
    removals[style](ben.id),
    has(bench, ...before),
    queryOf(bench),
  );
  if (effect.kind === 'refused') return works(`removing somebody who is not in is refused (${words(effect.refusal)})`);
  if (!isVisible(bench)) return unseen(`removing somebody who is not in is answered with ${effect.status}`);
  return effect.kind === 'done'
    ? works('removing somebody who is not in does no harm')
    : { verdict: 'lies', text: 'when somebody is removed who is not in, others go' };
}

import type { MemberDialect } from '../../../core/dialect/dialect.ts';
import { isRefusal } from '../shared/message.ts';
import type { Bench } from './bench.ts';
import { change, settingOf, tryPut } from './change.ts';
import { choose, history, isLie, told, tryPatch, type IsDone, type Way } from './effect.ts';
import { tryExcluded } from './lists.ts';
import { create, groupBody, read, remove, userBody } from './specimen.ts';
import { needed, unseen, Untestable, works, type TrialResult, type Subject } from './trial.ts';
import {
  addBoth,
  added,
  additionOf,
  castOf,
  has,
  isVisible,
  membersOf,
  queryOf,
  seenBy,
  styles,
} from './group-members.ts';
import { tryRemove, tryStranger } from './member-removal.ts';
import { words } from './words.ts';

/** Who belongs to a group, in which words that is changed, and whether it can be seen. */
export const members: Subject = {
  name: 'Members',
  trials: [
    { name: 'by PUT', run: tryPutMembers },
    { name: 'made with a group', run: tryOnCreate },
    { name: 'add', run: tryAdd },
    { name: 'add again', run: tryAgain },
    { name: 'several in one operation', run: trySeveral },
    { name: 'replace the list', run: tryReplace },
    { name: 'remove', run: tryRemove },
    { name: 'remove a stranger', run: tryStranger },
    { name: 'with other changes', run: tryMixed },
    { name: 'kept when renamed', run: tryRenamed },
    { name: 'groups in groups', run: tryNested },
    { name: 'who is deleted', run: tryDeleted },
    { name: 'left out of lists', run: tryExcluded },
  ],
};

/** The whole group, where there is no PATCH: with anna, and without her. */
async function tryPutMembers(bench: Bench): Promise<TrialResult> {
  const { facts } = bench;
  if (facts.groupUpdate !== 'put') throw new Untestable('groups are not changed by PUT');
  const crew = needed(facts.crew, 'no group could be made');
  const anna = needed(facts.anna, 'no user could be made');
  const into = await tryPut(
    bench,
    'group',
    crew.id,
    (body) => {
      body['members'] = [{ value: anna.id }];
    },
    has(bench, anna.id),
  );
  const out = await tryPut(
    bench,
    'group',
    crew.id,
    (body) => {
      delete body['members'];
    },
    has(bench),
  );
  if (into.kind === 'done' && out.kind === 'done') return works('members come and go with the whole group');
  return {
    verdict: into.kind === 'refused' ? 'refused' : 'lies',
    text: `a group with a member ${told(into)}, without it ${told(out)}`,
    blocks: true,
  };
}

/** A new group with ben. What it shows tells how members are read. */
async function tryOnCreate(bench: Bench): Promise<TrialResult> {
  const { ben } = castOf(bench);
  const made = await create(bench, 'group', groupBody(bench, 'with', { members: [{ value: ben.id }] }));
  if (isRefusal(made))
    return {
      verdict: 'refused',
      text: `a new group with members is refused (${words(made)})`,
      says: { members: { onCreate: 'after' } },
    };
  const way = await seenBy(bench, made.id, ben.id);
  await remove(bench, 'group', made.id);
  if (way === 'own-record') return unseen('a new group with members is taken; whether they are in it is not shown');
  return works(`a new group has its members${way === 'get' ? '' : ', which are shown with attributes=members only'}`, {
    members: { onCreate: 'include', read: way },
  });
}

async function tryAdd(bench: Bench): Promise<TrialResult> {
  const { crew, anna } = castOf(bench);
  const seen: { by: MemberDialect['read'] } = { by: 'own-record' };
  const choice = await choose(
    (['array', 'pathless', 'nested', 'ids'] as const).map((style): Way<typeof style> => ({
      name: style,
      async try() {
        const effect = await tryPatch(bench, 'group', crew.id, [styles[style]([anna.id])], () => true);
        if (effect.kind !== 'done') return effect;
        seen.by = await seenBy(bench, crew.id, anna.id);
        const isHidden = seen.by === 'own-record' && bench.says().members?.read === undefined;
        return seen.by !== 'own-record' || isHidden
          ? effect
          : { kind: 'nothing', status: effect.status, held: undefined };
      },
    })),
  );
  const before = history(choice);
  if (choice.chosen === undefined)
    return { verdict: isLie(choice) ? 'lies' : 'refused', text: `members cannot be added: ${before}`, blocks: true };
  const remark =
    seen.by === 'get'
      ? ''
      : seen.by === 'attributes'
        ? '; they are shown with attributes=members only'
        : '; nobody is shown, so that it is not known whether it was done';
  return {
    verdict: isLie(choice) ? 'lies' : seen.by === 'own-record' ? 'unseen' : 'works',
    text: `as ${choice.chosen} (${choice.status})${before === '' ? '' : `; ${before}`}${remark}`,
    says: { members: { add: choice.chosen, read: seen.by } },
  };
}

async function tryAgain(bench: Bench): Promise<TrialResult> {
  const { crew, anna } = added(bench);
  const effect = await tryPatch(
    bench,
    'group',
    crew.id,
    [additionOf(bench, [anna.id])],
    has(bench, anna.id),
    queryOf(bench),
  );
  if (effect.kind === 'refused')
    return { verdict: 'refused', text: `a member who is in is refused (${words(effect.refusal)})` };
  if (!isVisible(bench)) return unseen(`a member who is in is answered with ${String(effect.status)}`);
  return effect.kind === 'done'
    ? works('a member who is in stays there once')
    : { verdict: 'lies', text: 'a member who is added again is there twice' };
}

async function trySeveral(bench: Bench): Promise<TrialResult> {
  const { crew, anna, ben } = added(bench);
  const effect = await tryPatch(
    bench,
    'group',
    crew.id,
    [additionOf(bench, [anna.id, ben.id])],
    (held) => !isVisible(bench) || membersOf(held)?.includes(ben.id) === true,
    queryOf(bench),
  );
  if (effect.kind === 'done')
    return isVisible(bench)
      ? works('two members in one operation are added')
      : unseen(`two members in one operation are answered with ${effect.status}`);
  const apart = await tryPatch(
    bench,
    'group',
    crew.id,
    [additionOf(bench, [ben.id])],
    (held) => !isVisible(bench) || membersOf(held)?.includes(ben.id) === true,
    queryOf(bench),
  );
  const text = `two members in one operation ${told(effect)}`;
  if (apart.kind !== 'done') return { verdict: 'refused', text: `${text}; one alone ${told(apart)}` };
  return {
    verdict: effect.kind === 'nothing' ? 'lies' : 'refused',
    text,
    says: { members: { valuesPerOperation: 1 } },
  };
}

async function tryReplace(bench: Bench): Promise<TrialResult> {
  const { crew, anna, ben } = added(bench);
  const operation = { op: 'replace', path: 'members', value: [{ value: anna.id }, { value: ben.id }] };
  const effect = await tryPatch(bench, 'group', crew.id, [operation], () => true);
  if (effect.kind !== 'done') return { verdict: 'refused', text: `the whole list ${told(effect)}` };
  if (!isVisible(bench)) return unseen('the whole list is taken; what it does is not shown');
  const isExact = has(bench, anna.id, ben.id)(await read(bench, 'group', crew.id, queryOf(bench)));
  bench.facts.replacesMembers = isExact;
  return isExact
    ? works('the whole list is replaced')
    : { verdict: 'lies', text: 'what replaces the list is added to it' };
}

async function tryMixed(bench: Bench): Promise<TrialResult> {
  const { crew, ben } = added(bench);
  const name = `${crew.name}-${bench.fresh()}`;
  const operations = [settingOf(bench.dialect(), 'displayName', name), additionOf(bench, [ben.id])];
  const effect = await tryPatch(
    bench,
    'group',
    crew.id,
    operations,
    (held) => !isVisible(bench) || membersOf(held)?.includes(ben.id) === true,
    queryOf(bench),
  );
  if (effect.kind === 'done')
    return isVisible(bench)
      ? works('a new name and a member go in one request')
      : unseen(`a new name and a member in one request are answered with ${effect.status}`);
  if (bench.facts.groupUpdate !== 'patch') throw new Untestable('names are not changed by PATCH');
  return {
    verdict: effect.kind === 'nothing' ? 'lies' : 'refused',
    text: `a new name and a member in one request: ${told(effect)}`,
    says: { patch: { mixed: false } },
  };
}

/** Some empty a group when its name changes. */
async function tryRenamed(bench: Bench): Promise<TrialResult> {
  const { crew, anna, ben } = added(bench);
  if (!isVisible(bench)) throw new Untestable('nobody is shown');
  if (bench.facts.groupUpdate === 'none') throw new Untestable('names are not changed');
  await addBoth(bench, crew, anna, ben);
  const before = membersOf(await read(bench, 'group', crew.id, queryOf(bench))) ?? [];
  const name = `${crew.name}-${bench.fresh()}`;
  const effect = await change(bench, 'group', crew.id, 'displayName', name, () => true);
  if (effect.kind !== 'done') return { verdict: 'refused', text: `a new name ${told(effect)}` };
  const after = membersOf(await read(bench, 'group', crew.id, queryOf(bench))) ?? [];
  const lost = before.filter((id) => !after.includes(id)).length;
  return lost === 0
    ? works('a new name leaves the members alone')
    : { verdict: 'lies', text: `a new name costs ${lost} of ${before.length} members` };
}

async function tryNested(bench: Bench): Promise<TrialResult> {
  const { crew } = added(bench);
  const made = await create(bench, 'group', groupBody(bench, 'inner'));
  if (isRefusal(made)) throw new Untestable(`no second group could be made (${words(made)})`);
  const isDone: IsDone = (held) => !isVisible(bench) || membersOf(held)?.includes(made.id) === true;
  const effect = await tryPatch(bench, 'group', crew.id, [additionOf(bench, [made.id])], isDone, queryOf(bench));
  await remove(bench, 'group', made.id);
  if (effect.kind === 'done')
    return isVisible(bench)
      ? works('a group can be a member')
      : unseen(`a group as a member is answered with ${effect.status}`);
  return {
    verdict: effect.kind === 'nothing' ? 'lies' : 'refused',
    text: `a group as a member ${told(effect)}`,
    says: { members: { nested: false } },
  };
}

/** Dead members make lists longer and counts wrong. */
async function tryDeleted(bench: Bench): Promise<TrialResult> {
  const { crew } = added(bench);
  if (!isVisible(bench)) throw new Untestable('nobody is shown');
  const made = await create(bench, 'user', userBody(bench, 'cleo'));
  if (isRefusal(made)) throw new Untestable(`no user could be made (${words(made)})`);
  const effect = await tryPatch(
    bench,
    'group',
    crew.id,
    [additionOf(bench, [made.id])],
    (held) => membersOf(held)?.includes(made.id) === true,
    queryOf(bench),
  );
  const why = await remove(bench, 'user', made.id);
  if (effect.kind !== 'done' || why !== undefined) throw new Untestable(why ?? `the member ${told(effect)}`);
  const isLeft = membersOf(await read(bench, 'group', crew.id, queryOf(bench)))?.includes(made.id) === true;
  return isLeft
    ? { verdict: 'lies', text: 'whoever is deleted stays a member' }
    : works('whoever is deleted is no member any more');
}

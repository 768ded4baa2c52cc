import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { endpoints, isRefusal, type Refusal } from '../shared/message.ts';
import type { Bench, Specimen } from './bench.ts';
import { settingOf, tryPut } from './change.ts';
import { history, isLie, shows, told, tryPatch } from './effect.ts';
import { groupLookups } from './lookups.ts';
import { chooseStyle, styleSays } from './patch-style.ts';
import { create, groupBody, read, remove, type Made } from './specimen.ts';
import { isAboutContent, needed, works, type TrialResult, type Subject } from './trial.ts';
import { words } from './words.ts';

/** Groups without their members. */
export const groups: Subject = {
  name: 'Groups',
  trials: [
    { name: 'create', isNeeded: true, run: tryCreate },
    { name: 'delete', run: tryDelete },
    { name: 'kept', run: tryKept },
    ...groupLookups,
    { name: 'pages', run: tryPages },
    { name: 'rename', run: tryRename },
    { name: 'PUT', run: tryWhole },
  ],
};

/** The first group goes again at once, as the first user does. */
async function tryCreate(bench: Bench): Promise<TrialResult> {
  const { facts } = bench;
  const made = await makeSomehow(bench);
  if (!isRefusal(made)) {
    facts.crew = made;
    return works(
      `is answered with ${made.answer.status}${made.told === 'body' ? '' : `, without an id in the answer (found by ${made.told})`}`,
    );
  }
  const list = await bench.ask('GET', `${endpoints.group}?startIndex=1&count=1`);
  const isNowhere = isRefusal(list) && (list.class === 'unsupported' || list.status === 404);
  if (isNowhere)
    return { verdict: 'absent', text: `there are no groups (${words(made)})`, says: { groups: { supported: 'off' } } };
  if (made.class === 'unsupported')
    return {
      verdict: 'refused',
      text: `groups cannot be made (${words(made)}); those that are there are not touched`,
      says: { groups: { create: false } },
    };
  return { verdict: 'refused', text: `a group is refused (${words(made)})`, blocks: true };
}

/** Servers that were built for Okta's requests want a list of members, though it is empty. */
async function makeSomehow(bench: Bench): Promise<Made | Refusal> {
  const made = await create(bench, 'group', groupBody(bench, 'first'));
  if (!isRefusal(made) || !isAboutContent(made) || bench.dialect().values.emptyLists) return made;
  const again = await create(bench, 'group', groupBody(bench, 'first', { members: [] }));
  if (isRefusal(again)) return made;
  bench.learn({ values: { emptyLists: true } });
  return again;
}

async function tryDelete(bench: Bench): Promise<TrialResult> {
  const { facts } = bench;
  const { id } = needed(facts.crew, 'no group could be made');
  const kept = await remove(bench, 'group', id);
  if (kept === undefined) {
    delete facts.crew;
    const made = await create(bench, 'group', groupBody(bench, 'crew'));
    if (!isRefusal(made)) facts.crew = made;
    return works('the group is gone');
  }
  if (!bench.allowLeftovers)
    facts.stop = 'groups cannot be removed, so that no more are made: --allow-leftovers goes on';
  return { verdict: 'refused', text: kept, says: { groups: { deletion: 'none' } } };
}

async function tryKept(bench: Bench): Promise<TrialResult> {
  const crew = needed(bench.facts.crew, 'no group could be made');
  const held = (await read(bench, 'group', crew.id)) ?? {};
  const name = readScimPath(held, scimPath('displayName'));
  const isKnown = readScimPath(held, scimPath('externalId')) === crew.externalId;
  const remarks = [
    name === crew.name ? '' : `the name is shown as ${JSON.stringify(name)}`,
    isKnown ? '' : 'externalId is not shown',
  ].filter((text) => text !== '');
  return remarks.length === 0 ? works('name and externalId') : { verdict: 'lies', text: remarks.join(', ') };
}

/** WSO2 pages users only. What cannot be walked for one type is not walked for any. */
async function tryPages(bench: Bench): Promise<TrialResult> {
  needed(bench.facts.crew, 'no group could be made');
  const answer = await bench.ask('GET', `${endpoints.group}?startIndex=1&count=1`);
  if (isRefusal(answer))
    return { verdict: 'refused', text: `a page is refused (${words(answer)})`, says: { list: { usable: false } } };
  return works('startIndex and count are taken');
}

/** As users are changed; where that is not known, in the first way that is understood. */
async function tryRename(bench: Bench): Promise<TrialResult> {
  const { facts } = bench;
  const crew = needed(facts.crew, 'no group could be made');
  if (facts.patchStyle === true) {
    const name = `${crew.name}-${bench.fresh()}`;
    const effect = await tryPatch(bench, 'group', crew.id, [settingOf(bench.dialect(), 'displayName', name)], (held) =>
      shows(held, 'displayName', name),
    );
    if (effect.kind !== 'done')
      return renamedWithId(bench, crew, effect.kind === 'nothing', `PATCH of the name ${told(effect)}`);
    facts.groupUpdate = 'patch';
    return works(
      'by PATCH, like users',
      facts.discovered.groups?.update === undefined ? {} : { groups: { update: 'patch' } },
    );
  }
  const choice = await chooseStyle(bench, 'group', crew.id, 'displayName');
  if (choice.chosen === undefined) return renamedWithId(bench, crew, isLie(choice), `by PATCH: ${history(choice)}`);
  facts.groupUpdate = 'patch';
  facts.patchStyle = true;
  return works(`by PATCH ${choice.chosen}`, {
    ...styleSays(choice.chosen),
    ...(facts.discovered.groups?.update === undefined ? {} : { groups: { update: 'patch' } }),
  });
}

/** Okta says the id of a group in the operation that renames it, and servers that were built for that want it. */
async function renamedWithId(bench: Bench, crew: Specimen, wasLie: boolean, before: string): Promise<TrialResult> {
  const { facts } = bench;
  const verdict = wasLie ? 'lies' : 'refused';
  // The shape of operations is one for users and groups.
  if (facts.patchStyle === true && bench.dialect().patch.paths === 'each') return { verdict, text: before };
  const name = `${crew.name}-${bench.fresh()}`;
  const effect = await tryPatch(
    bench,
    'group',
    crew.id,
    [{ op: 'replace', value: { id: crew.id, displayName: name } }],
    (held) => shows(held, 'displayName', name),
  );
  if (effect.kind !== 'done') return { verdict, text: before };
  facts.groupUpdate = 'patch';
  facts.patchStyle = true;
  return {
    verdict: wasLie ? 'lies' : 'works',
    text: `by PATCH without a path, with the id of the group; ${before}`,
    says: {
      groups: { renameWithId: true, ...(facts.discovered.groups?.update === undefined ? {} : { update: 'patch' }) },
      patch: { paths: 'object' },
    },
  };
}

async function tryWhole(bench: Bench): Promise<TrialResult> {
  const { facts } = bench;
  const crew = needed(facts.crew, 'no group could be made');
  const name = `${crew.name}-${bench.fresh()}`;
  const effect = await tryPut(
    bench,
    'group',
    crew.id,
    (body) => {
      body['displayName'] = name;
    },
    (held) => shows(held, 'displayName', name),
  );
  const isNeeded = facts.groupUpdate === undefined;
  if (isNeeded) facts.groupUpdate = effect.kind === 'done' ? 'put' : 'none';
  const says = isNeeded ? { groups: { update: effect.kind === 'done' ? ('put' as const) : ('none' as const) } } : {};
  if (effect.kind === 'done') return works(told(effect), says);
  return { verdict: effect.kind === 'nothing' ? 'lies' : 'refused', text: told(effect), says };
}

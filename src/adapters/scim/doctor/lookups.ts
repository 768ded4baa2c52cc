import type { PartialDialect } from '../../../core/dialect/layers.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import { scimPath } from '../../../core/mapping/scim-path.ts';
import { filterText, namesOf } from '../read/filter.ts';
import { endpoints, isRefusal, type Answer, type Body, type Refusal } from '../shared/message.ts';
import { idOf } from '../answers/resource.ts';
import type { Bench, Specimen } from './bench.ts';
import { filterQuery, resourcesOf } from './specimen.ts';
import { isAboutContent, needed, Untestable, works, type TrialResult, type Subject, type Trial } from './trial.ts';
import { words } from './words.ts';

/** Whether filters find exactly those whom they are about (RFC 7644 §3.4.2.2). */
export const lookups: Subject = {
  name: 'Searching users',
  trials: [
    { name: 'userName', run: (bench) => tryEq(bench, 'user', 'userName', anna(bench).name) },
    { name: 'externalId', run: (bench) => tryEq(bench, 'user', 'externalId', anna(bench).externalId) },
    { name: 'id', run: (bench) => tryEq(bench, 'user', 'id', anna(bench).id) },
    { name: 'displayName', run: (bench) => tryEq(bench, 'user', 'displayName', `${bench.tag} Anna`) },
    { name: 'emails.value', run: (bench) => tryEq(bench, 'user', 'emails.value', mailOf(bench)) },
    {
      name: 'emails[type eq "work"].value',
      run: (bench) => tryEq(bench, 'user', 'emails[type eq "work"].value', mailOf(bench)),
    },
    { name: 'what works', run: (bench) => concluded(bench, 'user') },
    { name: 'nobody', run: tryNobody },
    { name: 'another case', run: tryCase },
    { name: 'escaped quotes', run: tryQuotes },
    { name: 'long filters', run: tryLength },
  ],
};

/** The same for groups. */
export const groupLookups: readonly Trial[] = [
  { name: 'search displayName', run: (bench) => tryEq(bench, 'group', 'displayName', crew(bench).name) },
  { name: 'search externalId', run: (bench) => tryEq(bench, 'group', 'externalId', crew(bench).externalId) },
  { name: 'what works', run: (bench) => concluded(bench, 'group') },
];

function anna({ facts }: Bench): Specimen {
  return needed(facts.anna, 'no user could be made');
}

/** Anna, where she is found by her userName. */
function named(bench: Bench): Specimen {
  const specimen = anna(bench);
  if (bench.facts.searchable.users.get('userName') !== true) throw new Untestable('users are not found by userName');
  return specimen;
}

function crew({ facts }: Bench): Specimen {
  return needed(facts.crew, 'no group could be made');
}

function mailOf({ tag }: Bench): string {
  return `${tag}-anna@example.com`;
}

async function ask(bench: Bench, type: ResourceType, filter: string): Promise<Body[] | Refusal> {
  const answer = await askWithin(bench, type, filter);
  // Some answer 404 when nobody was found (Okta takes that).
  if (isRefusal(answer)) return answer.status === 404 ? [] : answer;
  return resourcesOf(answer);
}

/** Servers that were built for Okta's requests answer nothing without a page. */
async function askWithin(bench: Bench, type: ResourceType, filter: string): Promise<Answer | Refusal> {
  const answer = await bench.ask('GET', `${endpoints[type]}?${filterQuery(bench, filter)}`);
  if (!isRefusal(answer) || !isAboutContent(answer) || bench.dialect().filter.window) return answer;
  if (bench.facts.searchable[namesOf(type)].size > 0) return answer;
  const paged = await bench.ask(
    'GET',
    `${endpoints[type]}?filter=${encodeURIComponent(filter)}&startIndex=1&count=100`,
  );
  if (isRefusal(paged)) return answer;
  bench.learn({ filter: { window: true } });
  return paged;
}

/** Whoever is new may be missing from a search for some seconds; the first one waits for them. */
async function tryEq(bench: Bench, type: ResourceType, attribute: string, value: string): Promise<TrialResult> {
  const specimen = type === 'user' ? anna(bench) : crew(bench);
  const known = bench.facts.searchable[namesOf(type)];
  const filter = filterText(scimPath(attribute), value);
  let found = await ask(bench, type, filter);
  let seconds = 0;
  for (; known.size === 0 && Array.isArray(found) && found.length === 0 && seconds < 5; seconds += 1) {
    await bench.wait(1000);
    found = await ask(bench, type, filter);
  }
  const isHit = Array.isArray(found) && found.some((row) => idOf(row) === specimen.id);
  known.set(scimPath(attribute).text, isHit && Array.isArray(found) && found.length === 1);
  if (!Array.isArray(found)) return { verdict: 'refused', text: `is refused (${words(found)})` };
  if (!isHit)
    return {
      verdict: 'lies',
      text: found.length === 0 ? 'finds nobody, although there is one' : 'finds others than were asked for',
    };
  if (found.length > 1)
    return { verdict: 'lies', text: `finds ${found.length} in place of one: the filter is ignored` };
  if (seconds > 0) return { verdict: 'lies', text: `finds a new one only after ${seconds} s` };
  return works('finds exactly the one');
}

/** `emails` with a bracket is for targets that know it; where it is refused `emails.value` is asked for. */
function concluded({ facts }: Bench, type: ResourceType): Promise<TrialResult> {
  const names = namesOf(type);
  const known = [...facts.searchable[names]];
  needed(known[0], `no ${type} could be made`);
  const good = known.filter(([, isGood]) => isGood).map(([name]) => name);
  const own = [type === 'user' ? 'userName' : 'displayName', 'externalId'].some((name) => good.includes(name));
  const says: PartialDialect = good.length === known.length || good.length === 0 ? {} : { filter: { [names]: good } };
  if (good.length === 0)
    return Promise.resolve({
      verdict: 'refused',
      text: 'nothing can be searched by: who is there already has to be found in lists',
      says,
    });
  const text = good.length === known.length ? 'anything that was tried' : good.join(', ');
  return Promise.resolve({
    verdict: own ? 'works' : 'refused',
    text: own ? text : `${text}, but neither by name nor by externalId`,
    says,
  });
}

async function tryNobody(bench: Bench): Promise<TrialResult> {
  anna(bench);
  const answer = await bench.ask('GET', `${endpoints.user}?${filterQuery(bench, `userName eq "${bench.tag}-nobody"`)}`);
  if (isRefusal(answer))
    return answer.status === 404
      ? works('a search for nobody is answered with 404')
      : { verdict: 'refused', text: `is refused (${words(answer)})` };
  const found = resourcesOf(answer);
  return found.length === 0
    ? works('a search for nobody is answered with an empty list')
    : { verdict: 'lies', text: `a search for nobody finds ${found.length}: filters are ignored` };
}

/** RFC 7643 §4.1.1: userName compares without case. */
async function tryCase(bench: Bench): Promise<TrialResult> {
  const { id, name } = named(bench);
  const found = await ask(bench, 'user', filterText(scimPath('userName'), name.toUpperCase()));
  if (!Array.isArray(found)) return { verdict: 'refused', text: `is refused (${words(found)})` };
  const isHit = found.length === 1 && idOf(found[0]) === id;
  if (isHit) return works('userName is found in any case', { filter: { ignoresCase: true } });
  return {
    verdict: 'lies',
    text: 'userName is found only as it is spelled, against RFC 7643 §4.1.1',
    says: { filter: { ignoresCase: false } },
  };
}

async function tryQuotes(bench: Bench): Promise<TrialResult> {
  named(bench);
  const found = await ask(bench, 'user', filterText(scimPath('userName'), `${bench.tag}" or \\ or "`));
  if (!Array.isArray(found))
    return { verdict: 'refused', text: `a value with an escaped quote is refused (${words(found)})` };
  return found.length === 0
    ? works('a value with an escaped quote finds nobody, as it should')
    : { verdict: 'lies', text: 'an escaped quote ends the value: others are found' };
}

const lengths = [2000, 1000, 500, 250] as const;

async function tryLength(bench: Bench): Promise<TrialResult> {
  named(bench);
  let refusal: Refusal | undefined;
  for (const length of lengths) {
    const filter = filterText(scimPath('userName'), '');
    const found = await ask(bench, 'user', filterText(scimPath('userName'), 'x'.repeat(length - filter.length)));
    if (Array.isArray(found)) {
      return refusal === undefined
        ? works(`of ${length} characters are taken`)
        : {
            verdict: 'refused',
            text: `of more than ${length} characters are refused (${words(refusal)})`,
            says: { filter: { maxLength: length } },
          };
    }
    refusal = found;
  }
  return { verdict: 'refused', text: 'of 250 characters are refused', says: { filter: { maxLength: 250 } } };
}

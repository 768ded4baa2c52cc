import type { SingleList } from '../../../core/dialect/dialect.ts';
import { singleLists } from '../../../core/dialect/single-lists.ts';
import type { PartialDialect } from '../../../core/dialect/layers.ts';
import { readActive } from '../../../core/mapping/active.ts';
import { assign, readScimPath, scimPath, shortPath } from '../../../core/mapping/scim-path.ts';
import { isRefusal, listOf, type Body } from '../shared/message.ts';
import type { Bench } from './bench.ts';
import { shows } from './effect.ts';
import { create, read, remove, search, userBody } from './specimen.ts';
import { isAboutContent, needed, unseen, Untestable, works, type TrialResult, type Subject } from './trial.ts';
import { words } from './words.ts';

/** What of a user is taken and kept. */
export const attributes: Subject = {
  name: 'Attributes',
  trials: [
    { name: 'kept', run: tryKept },
    { name: 'several values', run: trySeveral },
    { name: 'several phone numbers', run: (bench) => tryFurther(bench, 'phoneNumbers') },
    { name: 'several addresses', run: (bench) => tryFurther(bench, 'addresses') },
    { name: 'created inactive', run: tryInactive },
    { name: 'duplicate', run: tryDuplicate },
  ],
};

/** Two parts of one address. */
export const addressParts = ['addresses[type eq "work"].locality', 'addresses[type eq "work"].streetAddress'] as const;

/** What maps send (config/maps), each with a value of its own. */
function samples({ tag }: Bench): readonly (readonly [path: string, value: string])[] {
  return [
    ['displayName', `${tag} Anna`],
    ['name.givenName', 'Annabelle'],
    ['name.familyName', 'Doctorow'],
    ['emails[type eq "work"].value', `${tag}-anna@example.com`],
    ['title', 'Bench Specimen'],
    ['phoneNumbers[type eq "work"].value', '+1 555 0100'], // the range for fiction
    [addressParts[0], 'Nowhereville'],
    [addressParts[1], '1 Trial Road'],
    ['enterprise.department', 'Throwaways'],
    ['enterprise.employeeNumber', '70001'],
    ['enterprise.division', 'Trials'],
    ['enterprise.organization', 'Doctors and Sons'],
  ].map(([path = '', value = '']) => [scimPath(path).text, value]);
}

/** Everything at once; where that is refused, one after the other on top of what is required. Makes anna. */
async function tryKept(bench: Bench): Promise<TrialResult> {
  const { facts } = bench;
  needed(facts.first, 'no user could be made');
  const all = samples(bench);
  let refused: string[] = [];
  let made = await create(bench, 'user', userBody(bench, 'anna', partOf(bench, all)));
  if (isRefusal(made) && isAboutContent(made)) {
    refused = await refusedAlone(bench, all);
    made = await create(
      bench,
      'user',
      userBody(
        bench,
        'anna',
        partOf(
          bench,
          all.filter(([path]) => !refused.includes(path)),
        ),
      ),
    );
  }
  if (isRefusal(made))
    return {
      verdict: 'refused',
      text: `a user with all that is taken one by one is refused (${words(made)})`,
      blocks: true,
    };
  facts.anna = made;
  const sent = all.filter(([path]) => !refused.includes(path));
  const held = await read(bench, 'user', made.id);
  const ignored = sent
    .filter(([path, value]) => !shows(held, path, value) && !shows(made.answer.body, path, value))
    .map(([path]) => path);
  facts.ignored = ignored;
  facts.kept = sent.map(([path]) => path).filter((path) => !ignored.includes(path));
  const required = bench.says().users?.required ?? [];
  const drop = [...new Set([...refused, ...ignored].map(droppable))].filter((path) => !required.includes(path));
  const remarks = [listed('refused', refused), listed('not shown again', ignored)].filter((text) => text !== '');
  const text =
    remarks.length === 0 ? 'all that maps usually send' : `all that maps usually send, but ${remarks.join(' and ')}`;
  return { verdict: ignored.length > 0 ? 'lies' : 'works', text, says: drop.length === 0 ? {} : { users: { drop } } };
}

function listed(what: string, paths: readonly string[]): string {
  return paths.length === 0 ? '' : `${paths.map(shortPath).join(', ')} ${paths.length === 1 ? 'is' : 'are'} ${what}`;
}

/** As `drop` names it: lists as a whole. */
function droppable(path: string): string {
  const { filter, attribute } = scimPath(path);
  return filter === undefined ? shortPath(path) : attribute;
}

/** On top of what is required; an address that has to be primary stays it. */
function partOf({ facts, says }: Bench, values: readonly (readonly [string, string])[]): Body {
  const part: Body = { active: true, ...structuredClone(facts.requiredPart) };
  for (const [path, value] of values) assign(part, scimPath(path), value);
  if (says().values?.primary !== true) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, held]) => [
      key,
      Array.isArray(held) ? held.map((one: unknown) => Object.assign({}, one, { primary: true })) : held,
    ]),
  );
}

async function refusedAlone(bench: Bench, all: readonly (readonly [string, string])[]): Promise<string[]> {
  const refused: string[] = [];
  const removable = bench.says().users?.deletion === undefined;
  for (const [path, value] of all) {
    if (!removable) throw new Untestable('users cannot be removed, so that attributes are not tried one by one');
    const made = await create(bench, 'user', userBody(bench, 'one', partOf(bench, [[path, value]])));
    if (isRefusal(made)) refused.push(path);
    else await remove(bench, 'user', made.id);
  }
  return refused;
}

/** Two addresses, then with one of them primary, then one alone, then that as primary. Makes ben. */
async function trySeveral(bench: Bench): Promise<TrialResult> {
  const { facts, tag, says } = bench;
  needed(facts.anna, 'no user could be made');
  const first = { value: `${tag}-ben@example.com`, type: 'work' };
  const second = { value: `${tag}-ben-too@example.com`, type: 'home' };
  const main = { ...first, primary: true };
  const ways: readonly (readonly [emails: Body[], single: boolean, primary: boolean])[] = [
    [[first, second], false, false],
    [[main, { ...second, primary: false }], false, true],
    [[first], true, false],
    [[main], true, true],
  ];
  let why = '';
  for (const [emails, single, primary] of ways) {
    if (says().values?.primary === true && !primary) continue;
    const made = await create(bench, 'user', userBody(bench, 'ben', { emails }));
    if (isRefusal(made)) {
      why ||= ` (${words(made)})`;
      continue;
    }
    facts.ben = made;
    const shown = listOf(readScimPath((await read(bench, 'user', made.id)) ?? {}, scimPath('emails')));
    const isCut = emails.length > 1 && shown.length === 1;
    const remarks = [
      single ? `several e-mail addresses are refused${why}` : isCut ? 'of several e-mail addresses one is kept' : '',
      primary ? 'an e-mail address has to be primary' : '',
    ];
    const said = remarks.filter((text) => text !== '').join('; ');
    return {
      verdict: isCut ? 'lies' : single ? 'refused' : 'works',
      text: said === '' ? 'several e-mail addresses are taken' : said,
      says:
        single || isCut || primary
          ? { values: { ...(single || isCut ? { single: ['emails'] } : {}), ...(primary ? { primary } : {}) } }
          : {},
    };
  }
  return { verdict: 'refused', text: `no second user can be made${why}` };
}

const elements = {
  phoneNumbers: [
    { value: '+1 555 0101', type: 'work' },
    { value: '+1 555 0102', type: 'mobile' },
  ],
  addresses: [
    { locality: 'Nowhereville', type: 'work' },
    { locality: 'Elsewhere', type: 'home' },
  ],
} as const;

/** What is true of e-mail addresses need not be of others: a mobile number that could be kept is not to be left out. */
async function tryFurther(bench: Bench, name: keyof typeof elements): Promise<TrialResult> {
  const { facts, says } = bench;
  needed(facts.anna, 'no user could be made');
  if (!facts.kept.some((path) => path.startsWith(`${name}[`))) throw new Untestable(`${name} are not kept`);
  if (says().users?.deletion !== undefined && says().users?.deletion !== 'irreversible')
    throw new Untestable('users cannot be removed');
  const marked = elements[name].map((one, at) =>
    says().values?.primary === true ? { ...one, primary: at === 0 } : one,
  );
  const made = await create(bench, 'user', userBody(bench, 'several', { [name]: marked }));
  if (isRefusal(made))
    return { verdict: 'refused', text: `several ${name} are refused (${words(made)})`, says: alsoSingle(bench, name) };
  const shown = listOf(readScimPath((await read(bench, 'user', made.id)) ?? {}, scimPath(name)));
  await remove(bench, 'user', made.id);
  if (shown.length > 1) return works(`several ${name} are kept`);
  return {
    verdict: 'lies',
    text: `of several ${name} ${shown.length === 0 ? 'none' : 'one'} is kept`,
    says: alsoSingle(bench, name),
  };
}

/** All three have one element: that is what `true` says. */
function alsoSingle({ says }: Bench, name: SingleList): PartialDialect {
  const { single = [] } = says().values ?? {};
  const lists = single === true ? singleLists : [...(single === false ? [] : single), name];
  return { values: { single: singleLists.every((one) => lists.includes(one)) ? true : lists } };
}

async function tryInactive(bench: Bench): Promise<TrialResult> {
  needed(bench.facts.anna, 'no user could be made');
  const made = await create(bench, 'user', userBody(bench, 'asleep', { active: false }));
  if (isRefusal(made))
    return {
      verdict: 'refused',
      text: `whoever is made inactive is refused (${words(made)})`,
      says: { users: { createInactive: false } },
    };
  const held = await read(bench, 'user', made.id);
  const active = held === undefined ? undefined : readActive(held);
  await remove(bench, 'user', made.id);
  if (held === undefined) return unseen('whoever is made inactive cannot be read');
  if (active === false) return works('whoever is made inactive is inactive');
  if (active === undefined) return unseen('whoever is made inactive is taken; users never show active');
  return { verdict: 'lies', text: 'whoever is made inactive is active', says: { users: { createInactive: false } } };
}

/** Somebody else with anna's userName. */
async function tryDuplicate(bench: Bench): Promise<TrialResult> {
  const { facts } = bench;
  const anna = needed(facts.anna, 'no user could be made');
  const body = { ...userBody(bench, 'twin'), userName: anna.name };
  const made = await create(bench, 'user', body);
  if (isRefusal(made)) {
    const isPlain = made.status === 409;
    return works(
      isPlain
        ? 'a second one of the same userName is answered with 409'
        : `a second one of the same userName is refused (${words(made)})`,
    );
  }
  if (made.id === anna.id)
    return {
      verdict: 'lies',
      text: `a second create is answered with ${made.answer.status} and the user that is there already`,
    };
  await remove(bench, 'user', made.id);
  const left = await search(bench, 'user', anna.name);
  return {
    verdict: 'lies',
    text: `two users can have the same userName${left.includes(anna.id) ? '' : ', and removing one removes the other'}`,
  };
}

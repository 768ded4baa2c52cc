import type { Entry, SourceId } from '../../../src/core/model/entry.ts';
import { dnOf, dnOfGroup, entry, group } from '../../support/entries.ts';
import { createFakeSource, type FakeSource } from '../../support/fake-source.ts';
import type { Random } from '../random.ts';
import { valuesOf, withValues } from '../world.ts';

const firstPeople = 30;
const locked = '000001010000Z';

/** A directory of thirty people and four groups: one with everybody, groups in groups, and managers. */
export function createCompany(): FakeSource {
  const source = createFakeSource('corp');
  const ids = Array.from({ length: firstPeople }, (_, at) => `p${String(at).padStart(2, '0')}`);
  for (const [at, id] of ids.entries())
    source.put(newPerson(id, at === 0 ? [] : [dnOf(at < 10 ? 'p00' : `p0${at % 10}`)], at % 11 === 5));
  source.put(group('g0', ids.map(dnOf), { cn: 'Everybody' }));
  source.put(group('g1', [...ids.slice(0, 6).map(dnOf), dnOfGroup('g2')], { cn: 'Crew' }));
  source.put(group('g2', ids.slice(6, 10).map(dnOf), { cn: 'Cabin' }));
  source.put(group('g3', [dnOf('p10'), dnOf('p11'), dnOfGroup('g2')], { cn: 'Deck' }));
  return source;
}

function newPerson(id: SourceId, manager: readonly string[], isLocked = false): Entry {
  return entry(id, {
    uid: id.toUpperCase(),
    cn: `Person ${id}`,
    givenName: 'Person',
    sn: id,
    mail: `${id}@corp.example`,
    title: 'Engineer',
    telephoneNumber: '+49 30 1234567',
    mobile: '+49 170 7654321',
    departmentNumber: 'Bridge',
    manager,
    pwdAccountLockedTime: isLocked ? [locked] : [],
  });
}

type Change = (source: FakeSource, random: Random) => string;

/** Everything that happens in a company, each once, in any order. */
export function changeCompany(source: FakeSource, random: Random): string[] {
  const open = [...changes];
  const said: string[] = [];
  while (open.length > 0) {
    const [change] = open.splice(random.integer(open.length), 1);
    if (change !== undefined) said.push(change(source, random));
  }
  return said;
}

const changes: readonly Change[] = [
  set('title', () => ['Chief']),
  set('title', () => []),
  set('departmentNumber', (_, random) => random.pick([[], ['Engine room']])),
  set('mobile', () => []),
  set('mobile', () => ['+49 151 555666']),
  set('telephoneNumber', () => ['+49 40 998877']),
  set('mail', ({ id }, random) => [`${id}.${random.integer(1000)}@corp.example`]),
  set('manager', () => []),
  set('manager', (_, random) => [dnOf(`p${10 + random.integer(5)}`)]),
  set('uid', ({ id }, random) => [`${id}n${random.integer(1000)}`]),
  set('sn', (_, random) => [`Stone ${random.integer(1000)}`]),
  set('pwdAccountLockedTime', () => [locked]),
  set('pwdAccountLockedTime', () => [locked]),
  enable,
  enable,
  leave,
  leave,
  arrive,
  arrive,
  (source, random) => rename(source, random.pick(['g1', 'g2', 'g3']), random),
  (source, random) =>
    regroup(
      source,
      'g0',
      'member',
      peopleOf(source)
        .filter(() => random.chance(0.5))
        .map(({ dn }) => dn),
    ),
  (source, random) => regroup(source, 'g2', 'member', random.chance(0.3) ? [] : somePeople(source, random)),
  (source, random) =>
    regroup(source, 'g1', 'member', [...somePeople(source, random), ...(random.chance(0.5) ? [dnOfGroup('g2')] : [])]),
  (source, random) => regroup(source, 'g3', 'member', [...somePeople(source, random), dnOfGroup('g2')]),
];

/** To a name that no other group has. */
function rename(source: FakeSource, id: SourceId, random: Random): string {
  return regroup(source, id, 'cn', [`Team ${random.integer(1000)} of ${id}`]);
}

function set(name: string, values: (old: Entry, random: Random) => readonly string[]): Change {
  return (source, random) => {
    const old = random.pick(peopleOf(source));
    const now = values(old, random);
    source.put(withValues(old, name.toLowerCase(), now));
    return `${old.id} ${name}=${now.join('+')}`;
  };
}

function enable(source: FakeSource, random: Random): string {
  const off = peopleOf(source).filter((one) => valuesOf(one, 'pwdaccountlockedtime').length > 0);
  if (off.length === 0) return 'nobody to enable';
  const old = random.pick(off);
  source.put(withValues(old, 'pwdaccountlockedtime', []));
  return `${old.id} is enabled`;
}

function leave(source: FakeSource, random: Random): string {
  const { id } = random.pick(peopleOf(source));
  source.remove(id);
  return `${id} leaves`;
}

/** Somebody new, or who was there before. */
function arrive(source: FakeSource, random: Random): string {
  const gone = Array.from({ length: 40 }, (_, at) => `p${String(at).padStart(2, '0')}`).filter(
    (id) => source.entry(id) === undefined,
  );
  const id = random.pick(gone);
  source.put(newPerson(id, [dnOf('p01')]));
  return `${id} arrives`;
}

function regroup(source: FakeSource, id: SourceId, name: string, values: readonly string[]): string {
  const old = source.entry(id);
  if (old === undefined) return `${id} is not there`;
  source.put(withValues(old, name, values));
  return `${id} ${name}=${values.join('+').replaceAll(',OU=Staff,DC=corp', '')}`;
}

function somePeople(source: FakeSource, random: Random): string[] {
  return peopleOf(source)
    .filter(() => random.chance(0.2))
    .map(({ dn }) => dn);
}

function peopleOf(source: FakeSource): Entry[] {
  return source.entries().filter(({ type }) => type === 'user');
}

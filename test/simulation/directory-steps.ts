import type { Entry, SourceId } from '../../src/core/model/entry.ts';
import { groupIds, newGroup, newPerson, personIds, valuesOf, withValues, type World } from './world.ts';

/** One thing that somebody does in the directory. Gives its name for the trace. */
export function changeDirectory(world: World): string {
  return world.random.chance(0.65) ? changePerson(world) : changeGroup(world);
}

function changePerson({ random, source }: World): string {
  const id = random.pick(personIds);
  const old = source.entry(id);
  if (old === undefined) {
    source.put(newPerson(id, random.chance(0.15) ? 'off' : 'on'));
    return `${id} comes`;
  }
  const set = (name: string, ...values: string[]): string => {
    source.put(withValues(old, name, values));
    return `${id} ${name}=${values.join('+')}`;
  };
  const other = source.entry(random.pick(personIds)) ?? old;
  switch (random.integer(10)) {
    case 0:
      source.remove(id);
      return `${id} is deleted`;
    case 1:
    case 2:
      return set('title', ...random.pick([[], ['Engineer'], ['Boss'], [`T${random.integer(100)}`]]));
    case 3:
      return set('mail', `${random.pick([id, `${id}.new`])}@example.org`);
    case 4:
      return set('mail', ...valuesOf(other, 'mail'));
    case 5:
    case 6:
      return set('status', random.pick(['on', 'off']));
    case 7:
      return set('ou', random.pick(['in', 'out']));
    case 8:
      return set('manager', ...random.pick([[], [other.dn], [other.dn]]));
    default:
      source.put({ ...old, dn: `CN=${id}.${random.integer(3)},OU=Staff,DC=corp` });
      return `${id} moves`;
  }
}

function changeGroup({ random, source }: World): string {
  const id = random.pick(groupIds);
  const old = source.entry(id);
  if (old === undefined) {
    source.put(newGroup(id));
    return `${id} comes`;
  }
  const set = (name: string, values: readonly string[]): string => {
    source.put(withValues(old, name, values));
    return `${id} ${name}=${values.join('+')}`;
  };
  const dnsOf = (ids: readonly SourceId[]): string[] => ids.flatMap((one): string[] => entryDn(source.entry(one)));
  const members = valuesOf(old, 'member');
  switch (random.integer(8)) {
    case 0:
      source.remove(id);
      return `${id} is deleted`;
    case 1:
      return set('cn', [`Group ${id}${random.pick(['', ' new'])}`]);
    case 2:
      return set('ou', [random.pick(['in', 'out'])]);
    case 3:
      return set('member', dnsOf(groupIds).filter(() => random.chance(0.5)));
    case 4:
    case 5:
      return set('member', [...new Set([...members, ...dnsOf([random.pick(personIds), random.pick(personIds), random.pick(personIds)])])]);
    case 6:
      return set('member', members.filter(() => random.chance(0.6)));
    default:
      return set('member', dnsOf(personIds));
  }
}

function entryDn(entry: Entry | undefined): string[] {
  return entry === undefined ? [] : [entry.dn];
}

/** Readings show nobody of a type, as after a wrong permission or filter; or they show them again. */
export function hideOrShow(world: World): string {
  const { random, source } = world;
  if (world.hidden.length > 0) return showAgain(world);
  const type = random.pick(['user', 'group'] as const);
  world.hidden = source.entries().filter((entry) => entry.type === type);
  for (const { id } of world.hidden) source.remove(id);
  return `no ${type} is shown any more`;
}

function showAgain(world: World): string {
  for (const entry of world.hidden) if (world.source.entry(entry.id) === undefined) world.source.put(entry);
  world.hidden = [];
  return 'everybody is shown again';
}

/**
 * Takes back what makes two entries claim the same name. Where something was taken from the target behind our back,
 * everybody changes as well, so that it is noticed.
 */
export function settleDirectory(world: World): void {
  const { source, seed } = world;
  showAgain(world);
  const names = new Set<string>();
  for (const entry of source.entries()) {
    const [mail = ''] = valuesOf(entry, 'mail');
    if (world.wasWiped && entry.type === 'group') source.put(withValues(entry, 'cn', [`Last ${entry.id}`]));
    else if (entry.type === 'user' && (world.wasWiped || names.has(mail))) {
      source.put(withValues(withValues(entry, 'title', [`last ${seed}`]), 'mail', [`${entry.id}.last@example.org`]));
    }
    names.add(mail);
  }
}

import type { Entry, SourceId } from '../../src/core/model/entry.ts';
import {
  controlOf,
  groupIds,
  newGroup,
  newPerson,
  otherIdOf,
  personIds,
  valuesOf,
  withValues,
  type World,
} from './world.ts';

/** One thing that somebody does in the directory. Gives its name for the trace. */
export function changeDirectory(world: World): string {
  if (world.random.chance(0.02)) return makeAllAnew(world);
  if (world.random.chance(0.02)) return renameContainer(world);
  if (world.random.chance(0.08)) return changeMany(world);
  return world.random.chance(0.65) ? changePerson(world) : changeGroup(world);
}

/** An entry is made again: the same person under another id, with the same values. */
function makeAnew(old: Entry, { source }: World): string {
  const id = otherIdOf(old.id);
  source.remove(old.id);
  source.put({ ...old, id });
  return `${old.id} is made anew as ${id}`;
}

/** The directory is built anew, so that everybody has another id. */
function makeAllAnew(world: World): string {
  for (const entry of world.source.entries())
    if (entry.type === 'user' && world.source.entry(otherIdOf(entry.id)) === undefined) makeAnew(entry, world);
  return 'everybody is made anew';
}

/** Everybody has another DN, and the groups do not know it. */
function renameContainer({ source, random }: World): string {
  const name = `Staff${random.integer(3)}`;
  for (const entry of source.entries())
    if (entry.type === 'user') source.put({ ...entry, dn: entry.dn.replace(/OU=Staff\d*/, `OU=${name}`) });
  return `the container is called ${name}`;
}

/** What an accident, or a script, does to everybody at once. */
function changeMany(world: World): string {
  const { source, random } = world;
  const entries = source.entries();
  const dns = entries.flatMap(({ type, dn }) => (type === 'user' ? [dn] : []));
  const toAll = (type: Entry['type'], change: (entry: Entry) => Entry) => {
    for (const entry of entries) if (entry.type === type) source.put(change(entry));
  };
  const isOff = entries.filter((entry) => valuesOf(entry, 'status')[0] === 'off').length > 2;
  switch (isOff && random.chance(0.6) ? 3 : random.integer(7)) {
    case 0:
      toAll('user', (entry) => withValues(entry, 'title', ['Clerk']));
      return 'everybody has a title';
    case 1:
      toAll('user', (entry) => withValues(entry, 'title', []));
      return 'nobody has a title';
    case 2:
      toAll('user', (entry) => shownAs(withValues(entry, 'status', ['off']), world));
      return 'everybody is off';
    case 3:
      toAll('user', (entry) => shownAs(withValues(entry, 'status', ['on']), world));
      return 'everybody is on';
    case 4:
      toAll('group', (entry) => withValues(entry, 'member', dns));
      return 'everybody is in every group';
    case 5:
      toAll('group', (entry) => withValues(entry, 'member', []));
      return 'nobody is in any group';
    default:
      for (const id of personIds.filter(
        (one) => source.entry(one) === undefined && source.entry(otherIdOf(one)) === undefined,
      ))
        source.put(shownAs(newPerson(id), world));
      return 'everybody comes';
  }
}

function changePerson(world: World): string {
  const { random, source } = world;
  const id = random.pick(personIds);
  const old = source.entry(id);
  if (old === undefined) {
    const other = source.entry(otherIdOf(id));
    if (other !== undefined) return makeAnew(other, world);
    source.put(shownAs(newPerson(id, random.chance(0.15) ? 'off' : 'on'), world));
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
    case 6: {
      const status = random.pick(['on', 'off'] as const);
      source.put(shownAs(withValues(old, 'status', [status]), world));
      return `${id} status=${status}`;
    }
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
      return set(
        'member',
        dnsOf(groupIds).filter(() => random.chance(0.5)),
      );
    case 4:
    case 5:
      return set('member', [
        ...new Set([...members, ...dnsOf([random.pick(personIds), random.pick(personIds), random.pick(personIds)])]),
      ]);
    case 6:
      return set(
        'member',
        members.filter(() => random.chance(0.6)),
      );
    default:
      return set('member', dnsOf(personIds));
  }
}

function entryDn(entry: Entry | undefined): string[] {
  return entry === undefined ? [] : [entry.dn];
}

/** With the attribute by which people are locked, as far as the account may read it. */
function shownAs(entry: Entry, { isLockHidden }: World): Entry {
  return withValues(entry, 'control', isLockHidden ? [] : [controlOf(valuesOf(entry, 'status')[0])]);
}

/** The account may not read some entries, or the attribute by which people are locked, for a while. */
export function denyOrAllow(world: World): string {
  const { random, source, unreadable } = world;
  if (random.chance(0.3)) return denyLock(!world.isLockHidden, world);
  if (random.chance(0.4)) return denyAttributes(world);
  if (unreadable.size > 0) return allowAll(world);
  for (const { id } of source.entries()) if (random.chance(0.3)) unreadable.add(id);
  for (const id of unreadable) {
    source.hide(id);
    world.onceUnreadable.add(id);
  }
  if (random.chance(0.4)) {
    world.blindSince = world.clock.now();
    source.tellNothing();
  }
  source.forgetChanges();
  return `the account may not ${world.blindSince === undefined ? 'read' : 'know of'} ${[...unreadable].join(' ')}`;
}

/** No change of an entry tells of an access rule: sooner or later everything is read, and until then what is read again. */
function denyAttributes(world: World): string {
  const { random, source } = world;
  const names =
    world.hiddenAttributes.length > 0
      ? []
      : random.pick([['member'], ['member'], ['title'], ['manager'], ['cn'], ['mail'], ['title', 'manager', 'member']]);
  showOnly(names, world);
  if (random.chance(0.6) || names.length === 0) source.forgetChanges();
  return names.length === 0 ? 'every attribute is shown again' : `nobody shows ${names.join(', ')}`;
}

function showOnly(hidden: readonly string[], world: World): void {
  world.hiddenAttributes = hidden;
  world.source.hideAttributes(hidden);
}

function denyLock(isHidden: boolean, world: World): string {
  world.isLockHidden = isHidden;
  for (const entry of world.source.entries()) if (entry.type === 'user') world.source.put(shownAs(entry, world));
  return isHidden ? 'nobody shows who is locked' : 'it is shown again who is locked';
}

function allowAll(world: World): string {
  const { source, unreadable } = world;
  for (const id of unreadable) source.hide(id, false);
  source.tellNothing(false);
  // What became of those who left meanwhile is asked for again after some minutes.
  if (world.blindSince !== undefined) for (const id of [...personIds, ...groupIds]) world.onceUnreadable.add(id);
  world.blindSince = undefined;
  source.forgetChanges();
  unreadable.clear();
  return 'the account may read everything';
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
  for (const entry of world.hidden)
    if (world.source.entry(entry.id) === undefined && world.source.entry(otherIdOf(entry.id)) === undefined)
      world.source.put(entry.type === 'user' ? shownAs(entry, world) : entry);
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
  showOnly([], world);
  allowAll(world);
  denyLock(false, world);
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

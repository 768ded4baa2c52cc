import type { SourceId } from '../../../src/core/model/entry.ts';
import { day, hour, minute, team } from '../../support/cycle-stage.ts';
import { groups, people, settings, someone, type World } from './world.ts';

/** Something changes in the directory. Gives it for the trace. */
export function changeDirectory({ source, random }: World): string {
  const id = random.pick(people);
  switch (random.integer(6)) {
    case 0: {
      const ids = random.pick([[id], people.filter(() => random.chance(0.4))]);
      for (const one of ids) source.remove(one);
      return `gone: ${ids.join(' ')}`;
    }
    case 1: {
      const ids = people.filter((one) => source.entry(one) === undefined && random.chance(0.6));
      for (const one of ids) source.put(someone(one, random));
      return `back: ${ids.join(' ')}`;
    }
    case 2:
      source.put(someone(id, random, 'off'));
      return `disabled: ${id}`;
    case 3: {
      const group = random.pick(groups);
      const members = people.filter(() => random.chance(0.4));
      source.put(team(group, members));
      return `${group} has ${members.join(' ')}`;
    }
    default:
      source.put(someone(id, random));
      return `${id} is another`;
  }
}

/** Somebody works on the target by hand, or it loses something. */
export async function changeTarget({ fake, random }: World): Promise<string> {
  const { signal } = new AbortController();
  const users = fake.users();
  const [user, group] = [random.pick([...users, {}]), random.pick([...fake.groups(), {}])];
  const [id, groupId] = [String(user['id']), String(group['id'])];
  switch (random.integer(6)) {
    case 0:
      await fake.update(
        'user',
        id,
        [{ path: 'active', change: 'set', value: user['active'] === false, had: true }],
        signal,
      );
      return `by hand: ${id} is switched ${user['active'] === false ? 'on' : 'off'}`;
    case 1:
      await fake.remove('user', id, signal);
      return `by hand: ${id} is deleted`;
    case 2: {
      const account = String(random.pick([...users, {}])['id']);
      const change = random.chance(0.5)
        ? { add: [{ type: 'user' as const, id: account }], remove: [] }
        : { add: [], remove: [account] };
      await fake.changeMembers(groupId, { ...change, current: () => Promise.resolve([]) }, signal);
      return `by hand: ${groupId} ${change.add.length > 0 ? 'gets' : 'loses'} ${account}`;
    }
    case 3: {
      const name = `foreign${random.integer(1_000)}`;
      await fake.create('user', new Map([['userName', name]]), signal);
      return `by hand: ${name} is made`;
    }
    default:
      await fake.update('user', id, [{ path: 'title', change: 'set', value: 'Queen', had: true }], signal);
      return `by hand: ${id} is Queen`;
  }
}

export function refuseOrAccept({ random, refused }: World): string {
  const id: SourceId = random.pick(people);
  if (!refused.delete(id)) refused.add(id);
  return `the target ${refused.has(id) ? 'refuses' : 'accepts'} ${id}`;
}

export async function letTimePass({ random, clock }: World): Promise<string> {
  const passing = random.pick([10_000, 5 * minute, 2 * hour, 25 * hour, 3 * day]);
  await clock.advance(passing);
  return `${passing / minute} minutes pass`;
}

export function configure(world: World): string {
  world.settings = world.random.pick(settings);
  return `the configuration says where: ${world.settings.where ?? ''}, title: ${world.settings.title}`;
}

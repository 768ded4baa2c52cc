import type { ScimValue } from '../../src/core/model/resource.ts';
import { groupIds, personIds, valuesOf, type World } from './world.ts';

const never = new AbortController().signal;

/** One thing that somebody else does on the target. Gives its name for the trace. */
export async function changeTarget(world: World): Promise<string> {
  const { random, target } = world;
  target.setHook(undefined);
  const name = random.chance(0.5)
    ? await makeForeign(world)
    : random.chance(0.2)
      ? await makeMany(world)
      : await wipe(world);
  target.clearCalls();
  return name;
}

/** Accounts like those of everybody who is away. */
async function makeMany(world: World): Promise<string> {
  const away = personIds.filter((id) => world.source.entry(id) === undefined && world.random.chance(0.7));
  const made: string[] = [];
  for (const id of away) made.push(await makeForeign(world, 'user', id));
  return made.join('; ');
}

/** An account or group that fits one of ours, or nobody. */
async function makeForeign(
  world: World,
  type = world.random.pick(['user', 'user', 'group'] as const),
  id = world.random.pick(type === 'user' ? personIds : groupIds),
): Promise<string> {
  const { random, source, target } = world;
  const entry = source.entry(id);
  const name = entry === undefined ? `${id}@example.org` : (valuesOf(entry, type === 'user' ? 'mail' : 'cn')[0] ?? id);
  const attributes = new Map<string, ScimValue>(
    type === 'user'
      ? [
          ['userName', random.chance(0.8) ? name : `stranger${random.integer(1000)}`],
          ['title', 'Guest'],
          ['active', random.chance(0.7)],
        ]
      : [['displayName', random.chance(0.8) ? name : `club${random.integer(1000)}`]],
  );
  const outcome = await target.create(type, attributes, never);
  if (outcome.kind === 'failed') return 'somebody tries to make one that is there';
  if (type === 'group') await addForeignMembers(world, outcome.id);
  const all = type === 'user' ? target.users() : target.groups();
  const body = all.find((one) => one['id'] === outcome.id);
  if (body !== undefined) world.foreign.set(outcome.id, { type, body });
  return `somebody makes ${type} ${outcome.id} like ${id}`;
}

async function addForeignMembers({ random, target, foreign }: World, group: string): Promise<void> {
  const strangers = [...foreign].filter(([, { type }]) => type === 'user').map(([id]) => id);
  for (const id of strangers) {
    if (random.chance(0.5))
      await target.changeMembers(
        group,
        { add: [{ id, type: 'user' }], remove: [], current: () => Promise.resolve([]) },
        never,
      );
  }
}

/** Some of what the target has is gone, whoever made it. */
async function wipe(world: World): Promise<string> {
  const { random, target, foreign } = world;
  const gone: string[] = [];
  for (const type of ['user', 'group'] as const) {
    for (const { id } of type === 'user' ? target.users() : target.groups()) {
      if (typeof id !== 'string' || !random.chance(0.2)) continue;
      await target.remove(type, id, never);
      foreign.delete(id);
      world.wasWiped = true;
      gone.push(id);
    }
  }
  return `somebody wipes ${gone.join(' ')}`;
}

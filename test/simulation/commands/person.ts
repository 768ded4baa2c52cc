import assert from 'node:assert/strict';
import { openStateStore } from '../../../src/adapters/lowdb/open-store.ts';
import { openStateView } from '../../../src/adapters/lowdb/open-view.ts';
import type { App } from '../../../src/bridge/app.ts';
import type { Ending } from '../../../src/bridge/sync.ts';
import type { Failure } from '../../../src/core/model/outcome.ts';
import { isFailure, overriding, type FoundResource, type ScimTarget } from '../../../src/ports/scim-target.ts';
import type { StateStore } from '../../../src/ports/state-store.ts';
import { whileTimePasses } from '../../support/fake-clock.ts';
import { dyingFiles, type DyingFiles } from '../../support/dying-files.ts';
import { checkRemoval } from './checks.ts';
import { noteWrite } from './left-there.ts';
import { setupOf, target, type World } from './world.ts';

/**
 * What goes wrong while a command runs. `dies`: at any operation on the disk or the target, before or after its effect.
 * `down`: from some request on, the target does not answer. `unsteady`: now and then. The others are lies of what is read:
 * a list lacks somebody, shows somebody as they were, groups do not show who is in them, nobody's title is shown.
 */
export type Trouble = 'none' | 'dies' | 'down' | 'unsteady' | 'short' | 'stale' | 'hides members' | 'hides titles';

export const lies: readonly Trouble[] = ['short', 'stale', 'hides members', 'hides titles'];

/** What a command came to, and which resources it changed, in order. */
export type Ran<Result> = { readonly changed: readonly string[] } & (
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'died' }
);

/** Runs a command as a process of its own. */
export async function run<Result>(
  world: World,
  trouble: Trouble,
  command: (app: App, ending: Ending) => Promise<Result>,
): Promise<Ran<Result>> {
  const { random, clock } = world;
  const last = trouble === 'dies' ? 1 + random.integer(random.pick([20, 100, 300])) : 0;
  const diesWriting = last > 0 && random.chance(0.5);
  const process = dyingFiles(world.disk.files(), (moment) => diesWriting && moment === last);
  const abort = new AbortController();
  const stores: StateStore[] = [];
  const changed: string[] = [];
  const app = appOf(world, {
    process,
    stores,
    scim: troubled(world, process, trouble, trouble === 'dies' ? 1 + random.integer(20) : 0, changed),
  });
  const running = command(app, { stopping: abort.signal, aborting: abort.signal }).then(
    (result) => ({ kind: 'done', result }) as const,
    (error: unknown) => ({ kind: 'failed', error }) as const,
  );
  const end = await whileTimePasses(clock, Promise.race([running, process.death]));
  if (world.violation !== undefined) throw world.violation;
  if (end !== 'dead') return { ...end, changed };
  abort.abort(new Error('this process died'));
  process.bury();
  for (const store of stores) await store.close().catch(() => undefined);
  await running;
  if (random.chance(0.5)) world.disk = world.disk.afterPowerCut(() => random.integer(1_000) / 1_000);
  return { kind: 'died', changed };
}

interface Life {
  readonly process: DyingFiles;
  readonly stores: StateStore[];
  readonly scim: ScimTarget;
}

/** As much of the program as commands go by. */
function appOf(world: World, { process: { files }, stores, scim }: Life): App {
  const { clock, source } = world;
  const folder = '/state';
  const app: Partial<App> = {
    configuration: { file: world.settings.file, targets: new Map([[target, {}]]) } as unknown as App['configuration'],
    clock,
    observer: () => undefined,
    listen: () => undefined,
    sources: new Map([['corp', source]]),
    prepare: () => Promise.resolve({ ...setupOf(world), target: scim }),
    openView: () => openStateView({ folder, files }),
    openStore: async () => {
      const store = await openStateStore({ folder, files, clock, compactAfter: 20_000 });
      stores.push(store);
      return store;
    },
  };
  return app as App;
}

/** The target as one process sees it. */
function troubled(world: World, process: DyingFiles, trouble: Trouble, last: number, changed: string[]): ScimTarget {
  const { fake, random } = world;
  const down = random.integer(30);
  let calls = 0;
  const failure: Failure = { class: 'transient', status: 503, detail: 'made to fail' };
  const fails = (): boolean => (trouble === 'down' && calls > down) || (trouble === 'unsteady' && random.chance(0.2));
  const begin = async (): Promise<boolean> => {
    await process.alive();
    calls += 1;
    if (calls * 2 - 1 === last) process.die();
    await process.alive();
    return fails();
  };
  const end = async <Answer>(answer: Answer): Promise<Answer> => {
    if (calls * 2 === last) process.die();
    await process.alive();
    return answer;
  };
  const note = (id: string, before: Body | undefined, named: readonly string[] = []): void => {
    changed.push(id);
    noteWrite(world, id, before, bodyOf(world, id), named);
  };
  const witness = (id: string): void => {
    try {
      checkRemoval(world, id);
    } catch (error) {
      world.violation ??= error instanceof Error ? error : new Error(String(error));
    }
  };
  const refused = (id: string): boolean => world.refused.has(externalIdOf(world, id));
  const failed = (why: Failure) => ({ kind: 'failed', failure: why }) as const;
  const rejected: Failure = { class: 'rejected', status: 400, detail: 'no' };
  return overriding(fake, {
    shows: (type, path) => trouble !== 'hides titles' && fake.shows(type, path),
    find: async (...call) => ((await begin()) ? end(failure) : end(await fake.find(...call))),
    inventory: async (...call) => ((await begin()) ? end(failure) : end(await fake.inventory(...call))),
    read: async (...call) => {
      if (await begin()) return end(failure);
      const found = await fake.read(...call);
      return end(isFailure(found) ? found : shown(found, trouble));
    },
    walk: async (type, worth, onPage, signal) => {
      if (await begin()) return end(failure);
      const page = (all: readonly FoundResource[]) =>
        onPage(lied(all, trouble, world).map((one) => shown(one, trouble)));
      return end(await fake.walk(type, worth, page, signal));
    },
    membersOf: (...call) => (trouble === 'hides members' ? Promise.resolve(undefined) : fake.membersOf(...call)),
    create: async (...call) => {
      if (await begin()) return end(failed(failure));
      const outcome = await fake.create(...call);
      if (outcome.kind === 'applied') note(outcome.id, undefined);
      return end(outcome);
    },
    update: async (type, id, changes, ...call) => {
      if (await begin()) return end(failed(failure));
      if (refused(id)) return end(failed(rejected));
      if (changes.some(({ path, change }) => path === 'active' && change === 'set' && isOff(changes))) witness(id);
      const before = bodyOf(world, id);
      const outcome = await fake.update(type, id, changes, ...call);
      const named = changes.map(({ path }) => path);
      note(id, before, outcome.kind === 'applied' ? named : []);
      return end(outcome);
    },
    changeMembers: async (id, change, ...call) => {
      if (await begin()) return end(failed(failure));
      const before = bodyOf(world, id);
      const outcome = await fake.changeMembers(id, change, ...call);
      const named = [...change.add.map((member) => member.id), ...change.remove];
      note(id, before, outcome.kind === 'applied' ? named : []);
      return end(outcome);
    },
    remove: async (type, id, ...call) => {
      if (await begin()) return end(failed(failure));
      if (type === 'user') witness(id);
      const [before, groups] = [bodyOf(world, id), fake.groups()];
      const outcome = await fake.remove(type, id, ...call);
      note(id, before);
      for (const group of groups) noteWrite(world, String(group['id']), group, bodyOf(world, String(group['id'])), []);
      return end(outcome);
    },
  });
}

function isOff(changes: Parameters<ScimTarget['update']>[2]): boolean {
  return changes.some((one) => one.path === 'active' && one.change === 'set' && one.value === false);
}

function lied(all: readonly FoundResource[], trouble: Trouble, { random }: World): readonly FoundResource[] {
  if (trouble === 'short') return all.filter(() => random.chance(0.7));
  if (trouble !== 'stale') return all;
  return all.map((one) => (random.chance(0.3) ? { ...one, body: { ...one.body, title: 'of yesterday' } } : one));
}

function shown(one: FoundResource, trouble: Trouble): FoundResource {
  return trouble === 'hides titles' ? { ...one, body: { ...one.body, title: undefined } } : one;
}

type Body = Readonly<Record<string, unknown>>;

function bodyOf({ fake }: World, id: string): Body | undefined {
  return [...fake.users(), ...fake.groups()].find((one) => one['id'] === id);
}

export function externalIdOf(world: World, id: string): string {
  const body = bodyOf(world, id);
  return typeof body?.['externalId'] === 'string' ? body['externalId'] : '';
}

/** What a command without trouble came to. */
export function resultOf<Result>(ran: Ran<Result>): Result {
  if (ran.kind === 'failed') throw ran.error;
  assert.ok(ran.kind === 'done', 'it came to its end');
  return ran.result;
}

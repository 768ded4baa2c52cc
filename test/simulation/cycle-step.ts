import type { CycleReport } from '../../src/cycle/cycle-report.ts';
import { runCycles } from '../../src/cycle/run-cycles.ts';
import type { AttemptMode } from '../../src/cycle/shared/target-setup.ts';
import { BridgeError } from '../../src/core/model/errors.ts';
import type { Failure, FailureClass } from '../../src/core/model/outcome.ts';
import type { ScimTarget } from '../../src/ports/scim-target.ts';
import type { FakeCall, FakeFault } from '../support/fake-target.ts';
import { whileTimePasses } from '../support/fake-clock.ts';
import { startProcess, target, type World } from './world.ts';

/** What goes wrong during one cycle. `at` counts calls of the target, or records of the state, from 1. */
export type QuarantineRecord =
  | { readonly kind: 'none' }
  | { readonly kind: 'unsteady'; readonly share: number }
  | { readonly kind: 'refuses_us' | 'down'; readonly at: number }
  | { readonly kind: 'dies_at_call'; readonly at: number; readonly when: 'before' | 'after' }
  | { readonly kind: 'dies_at_record'; readonly at: number; readonly when: 'before' | 'after' }
  | { readonly kind: 'disk_full'; readonly at: number }
  | { readonly kind: 'directory_fails' }
  | { readonly kind: 'stops'; readonly at: number };

export interface SeenCycle {
  readonly quarantine: QuarantineRecord;
  /** Undefined when the process died. */
  readonly report: CycleReport | undefined;
  readonly calls: readonly FakeCall[];
  /** Those that took effect, and whose answer arrived. */
  readonly acknowledged: readonly FakeCall[];
  /** How many had been made when the process was told to stop. */
  readonly callsBeforeStop: number | undefined;
}

export function somethingWrong({ random }: World): QuarantineRecord {
  const at = 1 + random.integer(8);
  const when = random.pick(['before', 'after'] as const);
  switch (random.integer(16)) {
    case 0:
    case 1:
    case 2:
      return { kind: 'unsteady', share: random.pick([0.1, 0.4, 0.9]) };
    case 3:
      return { kind: 'refuses_us', at };
    case 4:
      return { kind: 'down', at };
    case 5:
    case 6:
      return { kind: 'dies_at_call', at, when };
    case 7:
    case 8:
      return { kind: 'dies_at_record', at, when };
    case 9:
      return { kind: 'disk_full', at };
    case 10:
      return { kind: 'directory_fails' };
    case 11:
      return { kind: 'stops', at: at - 1 };
    default:
      return { kind: 'none' };
  }
}

/** Runs one cycle in which something may go wrong; after a death, the next process holds the state. */
export async function runCycle(
  world: World,
  quarantine: QuarantineRecord,
  attempt: AttemptMode = 'due',
): Promise<SeenCycle> {
  const death = Promise.withResolvers<undefined>();
  const die = (): void => {
    world.store.crash();
    death.resolve(undefined);
  };
  if (world.random.chance(0.1)) world.source.forgetChanges();
  if (world.random.chance(0.05)) world.process = startProcess(world.clock);
  await forgetAfterLeap(world);
  const stage = setStage(world, quarantine, die);
  const running = runCycles([target], {
    mode: 'incremental',
    attempt,
    sources: new Map([[world.source.name, world.source]]),
    directoryCaches: world.process.directoryCaches,
    cleanCycles: world.process.cleanCycles,
    heldMatches: world.process.heldMatches,
    timekeeper: world.process.timekeeper,
    prepare: () => Promise.resolve({ ...world.setup, target: stage.target }),
    store: world.store,
    clock: world.clock,
    observer: () => undefined,
    signal: new AbortController().signal,
    isStopping: () => quarantine.kind === 'stops' && world.target.calls.length >= quarantine.at,
  });
  const reports = await whileTimePasses(world.clock, Promise.race([running, death.promise]));
  const calls = [...world.target.calls];
  world.target.setHook(undefined);
  world.target.clearCalls();
  world.source.failWith(undefined);
  world.store.failRecords(() => false);
  if (reports === undefined) {
    world.store = world.store.reopen();
    world.process = startProcess(world.clock);
  }
  if (reports?.[0] !== undefined && reports[0].error === undefined) world.hasLeapt = false;
  const callsBeforeStop = quarantine.kind === 'stops' ? quarantine.at : undefined;
  return { quarantine, report: reports?.[0], calls, acknowledged: [...stage.acknowledged], callsBeforeStop };
}

/** Where no process saw how much time passed, the wall clock is believed for some days: what was done is longer ago than a day. */
async function forgetAfterLeap(world: World): Promise<void> {
  const { lastCycleAt } = await world.store.target(target);
  if (world.hasLeapt && world.process.timekeeper.since(target, lastCycleAt) === undefined) world.seenEffects = [];
}

interface Stage {
  /** As the process sees it: whoever is dead gets no answer, and causes nothing. */
  readonly target: ScimTarget;
  readonly acknowledged: Set<FakeCall>;
}

function setStage(world: World, quarantine: QuarantineRecord, die: () => void): Stage {
  const acknowledged = new Set<FakeCall>();
  let dead = false;
  let called = 0;
  let recorded = 0;
  const end = (): void => {
    dead = true;
    die();
  };
  if (quarantine.kind === 'directory_fails')
    world.source.failWith(new BridgeError('D2S_DIRECTORY_READ_INCOMPLETE', 'cut off', ''));
  world.store.failRecords(() => {
    recorded += 1;
    if (quarantine.kind === 'disk_full') return recorded >= quarantine.at;
    if (quarantine.kind !== 'dies_at_record' || recorded !== quarantine.at) return false;
    end();
    return quarantine.when === 'before';
  });
  world.target.setHook((call) => {
    called += 1;
    if (quarantine.kind === 'dies_at_call' && called === quarantine.at) {
      end();
      return quarantine.when === 'before'
        ? new Promise<never>(() => undefined)
        : { when: 'after', result: new Error('the process ended') };
    }
    const fault = faultOf(call, called, quarantine, world);
    if (fault === undefined && isThere(call, world)) acknowledged.add(call);
    return fault;
  });
  return { target: mortal(world.target, () => dead), acknowledged };
}

function mortal(fake: ScimTarget, isDead: () => boolean): ScimTarget {
  const hang = () => new Promise<never>(() => undefined);
  return {
    ...fake,
    find: (...request) => (isDead() ? hang() : fake.find(...request)),
    inventory: (...request) => (isDead() ? hang() : fake.inventory(...request)),
    create: (...request) => (isDead() ? hang() : fake.create(...request)),
    update: (...request) => (isDead() ? hang() : fake.update(...request)),
    changeMembers: (...request) => (isDead() ? hang() : fake.changeMembers(...request)),
    remove: (...request) => (isDead() ? hang() : fake.remove(...request)),
  };
}

function faultOf(
  call: FakeCall,
  number: number,
  quarantine: QuarantineRecord,
  { random, refused, target: fake }: World,
): FakeFault | undefined {
  const subject =
    call.method === 'create'
      ? call.attributes.get('externalId')
      : call.method === 'update'
        ? externalIdOf(call.id, fake.users())
        : undefined;
  if (typeof subject === 'string' && refused.has(subject)) return fault('before', 'rejected', 400);
  if (quarantine.kind === 'refuses_us' && number >= quarantine.at) return fault('before', 'auth', 401);
  if (quarantine.kind === 'down' && number >= quarantine.at) return fault('before', 'transient', 503);
  if (quarantine.kind !== 'unsteady' || !random.chance(quarantine.share)) return undefined;
  if (call.method === 'find' || call.method === 'inventory')
    return random.chance(0.2) ? fault('before', 'transient', 503) : undefined;
  return random.pick([
    fault('before', 'transient', 503),
    fault('before', 'throttled', 429),
    fault('before', 'unknown'),
    fault('after', 'unknown'),
    ...(call.method === 'create' ? [] : [fault('after', 'transient')]),
  ]);
}

function fault(when: FakeFault['when'], failureClass: FailureClass, status?: number): FakeFault {
  const result: Failure = { class: failureClass, status, detail: 'made to fail' };
  return { when, result };
}

function isThere(call: FakeCall, { target: fake }: World): boolean {
  return !('id' in call) || [...fake.users(), ...fake.groups()].some(({ id }) => id === call.id);
}

function externalIdOf(id: string, users: readonly Readonly<Record<string, unknown>>[]): unknown {
  return users.find((user) => user['id'] === id)?.['externalId'];
}

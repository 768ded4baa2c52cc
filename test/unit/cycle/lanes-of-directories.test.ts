import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDirectoryCaches } from '../../../src/cycle/read/directory-caches.ts';
import { startCycles, type CyclesInput } from '../../../src/cycle/run-cycles.ts';
import type { TargetSetup } from '../../../src/cycle/shared/target-setup.ts';
import type { CycleEvent } from '../../../src/ports/cycle-observer.ts';
import type { DirectorySource } from '../../../src/ports/directory-source.ts';
import { cycleStage, person } from '../../support/cycle-stage.ts';
import { definition } from '../../support/entries.ts';
import { createFakeSource } from '../../support/fake-source.ts';
import { createFakeTarget } from '../../support/fake-target.ts';

const users = { userName: 'lower(mail)', active: 'status != "off"' };

/** Targets `wiki` (of corp), `chat` (of branch) and `both`; `corp` answers when it is let go. */
function company() {
  const stage = cycleStage([person('ann')]);
  const branch = createFakeSource('branch');
  branch.put({ ...person('bea'), directory: 'branch' });
  const gate = Promise.withResolvers<undefined>();
  const reads: string[] = [];
  const counted = (source: DirectorySource, before: Promise<unknown>): DirectorySource => ({
    ...source,
    read: async (request) => {
      reads.push(source.name);
      await before;
      return source.read(request);
    },
  });
  const sources = new Map([
    ['corp', counted(stage.source, gate.promise)],
    ['branch', counted(branch, Promise.resolve())],
  ]);
  const setupOf = (name: string, directories: readonly string[]): TargetSetup => ({
    ...stage.setup,
    target: createFakeTarget({ name }),
    definition: { ...definition({ directories: [...directories], users }), target: name },
  });
  const setups = new Map([
    ['wiki', setupOf('wiki', ['corp'])],
    ['chat', setupOf('chat', ['branch'])],
    ['both', setupOf('both', ['branch', 'corp'])],
  ]);
  const setupFor = (target: string): Promise<TargetSetup> => Promise.resolve(setups.get(target) ?? stage.setup);
  const events: CycleEvent[] = [];
  const directoryCaches = createDirectoryCaches();
  const start = (targets: readonly string[], rest: Partial<CyclesInput> = {}) =>
    startCycles(targets, {
      mode: 'incremental',
      attempt: 'due',
      sources,
      directoryCaches,
      prepare: setupFor,
      store: stage.store,
      clock: stage.clock,
      observer: (event) => void events.push(event),
      signal: new AbortController().signal,
      isStopping: () => false,
      ...rest,
    });
  return { start, setupFor, gate, reads, events, clock: stage.clock };
}

const applied = async (reports: Awaited<ReturnType<typeof startCycles>>, target: string): Promise<unknown> =>
  (await reports.get(target))?.applied.map(({ verb, sourceId }) => `${verb} ${sourceId}`);

describe('a directory that does not come to an end', () => {
  it('holds up its own targets, and nobody else', async () => {
    const { start, gate, reads } = company();
    const reports = await start(['wiki', 'chat', 'both']);
    assert.deepEqual(await applied(reports, 'chat'), ['create bea']);
    const again = await start(['chat']);
    assert.deepEqual(await applied(again, 'chat'), []);
    gate.resolve(undefined);
    assert.deepEqual(await applied(reports, 'wiki'), ['create ann']);
    assert.deepEqual(await applied(reports, 'both'), ['create ann', 'create bea']);
    // Once for both, and once more by whoever has two directories, between which somebody may have moved.
    assert.equal(reads.filter((name) => name === 'corp').length, 2);
  });

  it('is not read a second time meanwhile: who comes later waits for its turn', async () => {
    const { start, gate, reads } = company();
    const first = await start(['wiki']);
    const later = await start(['both']);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(reads.filter((name) => name === 'corp').length, 1);
    gate.resolve(undefined);
    assert.deepEqual(await applied(first, 'wiki'), ['create ann']);
    assert.deepEqual(await applied(later, 'both'), ['create ann', 'create bea']);
  });

  it('does not hold up others when it does not even say what it is', async () => {
    const { start, clock, setupFor } = company();
    const silence = new Promise<never>(() => undefined);
    const reports = await start(['wiki', 'chat'], {
      prepare: (target) => (target === 'wiki' ? silence : setupFor(target)),
    });
    await clock.advance(2_000);
    assert.equal((await reports.get('chat'))?.result, 'success');
  });

  it('fails its targets by its own error, also when the state cannot be asked', async () => {
    const { start, gate, events } = company();
    gate.reject(new Error('cut'));
    const reports = await start(['wiki', 'chat']);
    assert.deepEqual([(await reports.get('wiki'))?.result, (await reports.get('chat'))?.result], ['error', 'success']);
    assert.equal(events.filter(({ kind }) => kind === 'directory_failed').length, 1);
  });
});

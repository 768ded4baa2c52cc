import assert from 'node:assert/strict';
import type { App } from '../../../src/bridge/app.ts';
import type { SourceId } from '../../../src/core/model/entry.ts';
import type { LoggedEntry } from '../../../src/core/model/log-entry.ts';
import type { CycleReport } from '../../../src/cycle/cycle-report.ts';
import type { VerifiedTarget } from '../../../src/cycle/verify-target.ts';
import { day } from '../../support/cycle-stage.ts';
import { isAsLeft } from './left-there.ts';
import { externalIdOf, run, resultOf, type Ran, type Trouble } from './person.ts';
import { concurrency, isWanted, situationOf, mostUnasked, people, target, type World } from './world.ts';

/**
 * Before somebody loses access: nobody does whom the directory wants active, nobody whose removal a person rejected or took
 * back, and not too many in a day without anybody's word.
 */
export function checkRemoval(world: World, targetId: string): void {
  const { fake, clock, allowed, kept } = world;
  const account = fake.users().find(({ id }) => id === targetId);
  if (account?.['active'] === false) return;
  const id = externalIdOf(world, targetId);
  assert.ok(!isWanted(world, id), `${id} is active in the directory and in scope, and loses access`);
  assert.notEqual(kept.get(id), situationOf(world, id), `${id} was to stay`);
  const said = allowed.get(id);
  world.unasked = world.unasked.filter(({ at }) => at > clock.now() - day);
  // A decision counts for a day, and what was begun under it for another one.
  if (said !== undefined && said >= clock.now() - 2 * day) return;
  world.unasked = [...world.unasked, { id, at: clock.now() }];
  const all = new Set(world.unasked.map((one) => one.id));
  assert.ok(all.size <= mostUnasked + world.unremembered, `${[...all].join(' ')} lost access without anybody's word`);
}

/** After each command: the log is whole, has what was there before, and what was done since exactly once. */
export async function checkLog(world: World, ran: Ran<unknown>, reports: readonly CycleReport[]): Promise<void> {
  const { entries, flaws, rejected } = resultOf(await run(world, 'none', readLog));
  assert.deepEqual(flaws, [], 'the chain of the log is whole');
  const texts = entries.map((entry) => JSON.stringify(entry));
  assert.deepEqual(texts.slice(0, world.logged.length), world.logged, 'what was logged stays as it was');
  assert.deepEqual(
    entries.map(({ seq }) => seq),
    entries.map((_, at) => at + 1),
  );
  const fresh = entries.slice(world.logged.length);
  world.logged = texts;
  for (const { cycle, applied, failed } of reports) {
    const own = fresh.filter((entry) => entry.cycle === cycle);
    const textOf = ({ verb, sourceId }: { readonly verb: string; readonly sourceId: SourceId }): string =>
      `${verb} ${sourceId}`;
    const ofOutcome = (outcome: LoggedEntry['outcome']): string[] =>
      own
        .filter((entry) => entry.outcome === outcome)
        .map(textOf)
        .sort();
    const inPart = new Set(
      failed.map(({ operation }) => textOf(operation)).filter((text) => text.startsWith('members')),
    );
    assert.deepEqual(
      ofOutcome('applied').filter((text) => !inPart.has(text)),
      applied
        .map(textOf)
        .filter((text) => !inPart.has(text))
        .sort(),
      `what ${cycle} did is in the log, once`,
    );
    assert.deepEqual(ofOutcome('failed'), failed.map(({ operation }) => textOf(operation)).sort(), 'and what failed');
  }
  if (ran.kind === 'died') {
    const logged = new Set(fresh.flatMap(({ targetId }) => targetId ?? []));
    // An operation may take several requests, and is logged with its outcome.
    const underWay = new Set([...new Set(ran.changed.toReversed())].slice(0, concurrency));
    const missing = new Set(ran.changed.filter((id) => !logged.has(id))).difference(underWay);
    assert.deepEqual([...missing], [], 'whatever a process did before what was under way is in the log');
    world.unremembered += 1;
  }
  // Whoever is seen in the directory is nobody's case any more.
  for (const id of people) if (isWanted(world, id)) world.kept.delete(id);
  if (reports.every(({ error }) => error !== undefined)) return;
  for (const id of people) if (isWanted(world, id)) world.allowed.delete(id);
  world.kept.clear();
  for (const id of rejected) world.kept.set(id, situationOf(world, id));
}

async function readLog(
  app: App,
): Promise<{
  readonly entries: readonly LoggedEntry[];
  readonly flaws: readonly unknown[];
  readonly rejected: readonly SourceId[];
}> {
  const view = await app.openView();
  try {
    const entries: LoggedEntry[] = [];
    for await (const batch of view.logged(0)) entries.push(...batch);
    const { rejections = [] } = await view.target(target);
    const operations = rejections.flatMap((one) => one.operations);
    return {
      entries,
      flaws: (await view.checkLog()).flaws,
      rejected: operations.flatMap(({ verb, sourceId }) => (verb === 'deactivate' ? [sourceId] : [])),
    };
  } finally {
    await view.close();
  }
}

/** Nothing is called drift that is as we left it, whatever the target lies about; and without a lie, nothing is overlooked. */
export function checkVerified(world: World, { drift, notCompared }: VerifiedTarget, trouble: Trouble): void {
  for (const { targetId, label, kinds } of drift)
    // A process that died may have deleted an account that has to be there again by now.
    assert.ok(
      kinds.includes('missing') || !isAsLeft(world, targetId),
      `${label} is as it was left, not ${kinds.join()}`,
    );
  if (trouble !== 'none') return;
  assert.equal(notCompared.unread + notCompared.left, 0);
}

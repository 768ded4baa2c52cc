import { BridgeError } from '../core/model/errors.ts';
import {
  planDifference,
  reviewedPlan,
  type PlanDifference,
  type ReviewedOperation,
} from '../core/planning/reviewed-plan.ts';
import { count } from '../core/wording/count.ts';
import { printable } from '../core/wording/foreign.ts';
import type { PlanReview } from '../cycle/cycle-input.ts';
import type { CycleReport } from '../cycle/cycle-report.ts';
import { startCycles } from '../cycle/run-cycles.ts';
import { sha256 } from '../cycle/shared/sha256.ts';
import type { App } from './app.ts';
import { noteAsked } from './asked.ts';
import { configurationHash, sealOf, type PlanFile } from './plan-file.ts';
import type { Ending } from './sync.ts';
import { chosenTargets } from './targets.ts';

/**
 * Carries out exactly the plan that a person looked at, or nothing: every target of the file is planned once more, and only
 * when all come to what the file says is anything sent.
 *
 * @throws BridgeError D2S_PLAN_CHANGED when the state or the configuration is another one, or the file was edited. What the directories or targets
 * changed is in the reports, under the same code
 */
export async function apply(app: App, file: PlanFile, { stopping, aborting }: Ending): Promise<CycleReport[]> {
  const targets = file.targets.map(({ target }) => target);
  for (const target of targets) chosenTargets(app, target);
  if (file.inputs.configuration !== (await configurationHash(app))) throw changed('the configuration has changed');
  const store = await app.openStore();
  const withAsked = noteAsked(app);
  try {
    if (file.inputs.state !== undefined && file.inputs.state !== store.lineage)
      throw changed('it was made with another state');
    if (file.inputs.state === undefined && (await store.linkTotals()).length > 0)
      throw changed('it was made before the state knew anybody');
    if (file.seal !== sealOf(file, store.digest)) throw edited();
    const review = createReview(file);
    const started = await startCycles(targets, {
      ...app,
      mode: file.full ? 'full' : 'incremental',
      attempt: file.full ? 'everything' : 'asked',
      review: review.of,
      store,
      signal: aborting,
      isStopping: () => stopping.aborted,
    });
    for (const [target, report] of started) void report.then(() => review.end(target));
    const reports = await Promise.all(started.values());
    return withAsked(reports).sort((a, b) => targets.indexOf(a.target) - targets.indexOf(b.target));
  } finally {
    await store.close();
  }
}

/** Lets cycles go on once all targets of a file have come to what it says. */
function createReview(file: PlanFile): { readonly of: PlanReview; readonly end: (target: string) => void } {
  const reviewed = new Map(file.targets.map(({ target, reviewed: plan }) => [target, plan]));
  const outcomes = new Map<string, PlanDifference | 'ended' | undefined>();
  let open: () => void = () => undefined;
  const everybody = new Promise<void>((resolve) => (open = resolve));
  const note = (target: string, outcome: PlanDifference | 'ended' | undefined): void => {
    if (!outcomes.has(target)) outcomes.set(target, outcome);
    if (outcomes.size === reviewed.size) open();
  };
  return {
    // Without effect once its plan was compared.
    end: (target) => {
      note(target, 'ended');
    },
    of: async (target, { proceed, hold }) => {
      const plan = reviewed.get(target) ?? { operations: [] };
      const difference = planDifference(plan, reviewedPlan(proceed, hold, sha256));
      note(target, difference);
      await everybody;
      if (difference !== undefined) throw changed(differenceText(difference));
      const other = [...outcomes].find(([, outcome]) => outcome !== undefined)?.[0];
      if (other !== undefined) throw changed(`target ${other}, of the same file, cannot be carried out`);
    },
  };
}

/** As many as a person reads. */
const mostNamed = 5;

function differenceText({ added, gone, holdChanged }: PlanDifference): string {
  const key = ({ verb, type, sourceId }: ReviewedOperation): string => `${verb} ${type} ${sourceId}`;
  const named = (operations: readonly ReviewedOperation[]): string => {
    const some = operations.slice(0, mostNamed).map(key);
    return operations.length > mostNamed ? `${some.join(', ')}, …` : some.join(', ');
  };
  const inBoth = new Set(added.map(key)).intersection(new Set(gone.map(key)));
  const about = (operations: readonly ReviewedOperation[], what: string): string[] =>
    operations.length === 0 ? [] : [`${count(operations.length, 'operation')} ${what}: ${named(operations)}`];
  return [
    ...about(
      added.filter((one) => inBoth.has(key(one))),
      'would have other values or members',
    ),
    ...about(
      added.filter((one) => !inBoth.has(key(one))),
      'would be carried out besides',
    ),
    ...about(
      gone.filter((one) => !inBoth.has(key(one))),
      'would not be carried out',
    ),
    ...(holdChanged ? ['something else is held'] : []),
  ].join('; ');
}

function changed(difference: string): BridgeError {
  return new BridgeError(
    'D2S_PLAN_CHANGED',
    `nothing was sent, because the plan is another one now: ${printable(difference)}`,
    'make it again with dir2scim plan --out FILE, and look at it once more',
  );
}

function edited(): BridgeError {
  return new BridgeError(
    'D2S_PLAN_CHANGED',
    'nothing was sent, because the file was edited after it was written: what it shows may not be what it does',
    'make it again with dir2scim plan --out FILE, and look at it once more',
  );
}

import assert from 'node:assert/strict';
import { createNames, type Names } from './names.ts';
import { briefText, planResult, planText, reportText, syncResult, type Planned, type Reported } from './plan-text.ts';
import type { Scenario, Step } from './scenario.ts';
import { openStage, type CommandResult, type Stage } from './stage.ts';
import { targetText } from './target-text.ts';

/** What came of a scenario, as expected.yaml has it: plain values, ids replaced by names. */
export interface Played {
  readonly steps: readonly Record<string, unknown>[];
  /** What the target holds at the end. */
  readonly target: Record<string, unknown>;
}

/**
 * Plays a scenario on a target of its own. What must hold in every scenario is checked here: a plan reads and never
 * writes, a sync does what the plan says, doing it again sends nothing, and the target finds nothing wrong with us.
 */
export async function play(scenario: Scenario): Promise<Played> {
  const names = createNames(scenario);
  const stage = await openStage();
  try {
    await stage.configure(scenario.config);
    for (const [name, resource] of Object.entries(scenario.target)) {
      const id =
        'User' in resource ? await stage.post('User', resource.User) : await stage.post('Group', resource.Group);
      names.call(id, name);
    }
    if (scenario.before !== undefined) {
      await stage.place(scenario.before);
      const { exit, errors } = await stage.command(['sync']);
      assert.equal(exit, 0, `the first sync, of before.ldif, ended with ${exit}: ${errors.join('; ')}`);
    }
    const steps: Record<string, unknown>[] = [];
    const discoveries: unknown[] = [];
    for (const step of scenario.steps)
      steps.push({
        step: step.title,
        ...(await playStep(step, { stage, names, asProcess: scenario.process, discoveries })),
      });
    assert.ok(discoveries.length <= 1, 'the target was asked again what it says of itself');
    assert.deepEqual(stage.server.violations, [], 'the target found requests that are no proper SCIM');
    return { steps, target: targetText(stage.server, names, scenario.whole) };
  } finally {
    await stage.close();
  }
}

interface Play {
  readonly stage: Stage;
  readonly names: Names;
  readonly asProcess: boolean;
  /** Collects the questions for ServiceProviderConfig. The first write asks it, and nobody after that. */
  readonly discoveries: unknown[];
}

async function playStep(step: Step, own: Play): Promise<Record<string, unknown>> {
  const { stage, names } = own;
  if (step.ldif !== undefined) await stage.place(step.ldif);
  if (step.config !== undefined) await stage.configure(step.config);
  const decided = step.decide === undefined ? {} : { [step.decide]: { exit: await decide(step.decide, own) } };
  const planned = await observe(own, 'plan');
  assert.ok(planned.requests.every(isReading), `plan wrote to the target: ${JSON.stringify(planned.requests)}`);
  const synced = await observe(own, 'sync');
  const plan = planOf(planned.result);
  const report = reportOf(synced.result);
  assertKept(plan, report, names);
  if (!step.unfinished) await assertSettled(step, { ...own, asProcess: false }, synced.result.exit);
  return {
    ...decided,
    plan: {
      exit: planned.result.exit,
      ...errorsOf(planned.result),
      ...(plan === undefined ? {} : planText(plan, names)),
    },
    sync: {
      exit: synced.result.exit,
      ...errorsOf(synced.result),
      ...(report === undefined ? {} : reportText(report, names)),
      requests: synced.requests,
    },
  };
}

/** Decides about whatever is held now, or else was rejected, as a person who read `plan` would. */
async function decide(decision: 'approve' | 'reject', { stage, asProcess }: Play): Promise<number> {
  const held = heldPlan(await stage.command(['status']));
  return (await stage.command([decision, held], asProcess)).exit;
}

function heldPlan({ json }: CommandResult): string {
  const text = JSON.stringify(json);
  const id = (/"held":\{"holdId":"([^"]+)"/.exec(text) ?? /"rejections":\[\{"holdId":"([^"]+)"/.exec(text))?.[1];
  assert.ok(id !== undefined, 'nothing is held that could be decided about');
  return id;
}

interface Observed {
  readonly result: CommandResult;
  readonly requests: readonly unknown[];
}

/** Runs a command and takes down what it asked of the target. */
async function observe({ stage, names, asProcess, discoveries }: Play, command: 'plan' | 'sync'): Promise<Observed> {
  names.learn(stage.server);
  stage.server.clearRequests();
  const result = await stage.command([command], asProcess);
  names.learn(stage.server);
  const isDiscovery = ({ path }: { readonly path: string }): boolean => path === '/ServiceProviderConfig';
  discoveries.push(...stage.server.requests.filter(isDiscovery));
  const requests = stage.server.requests
    .filter((request) => !isDiscovery(request))
    .map(({ method, path, body }) => {
      const text = names.inRequest(JSON.stringify(body ?? null));
      const plain: unknown = JSON.parse(text);
      return { request: names.inRequest(`${method} ${path}`), ...(plain === null ? {} : { body: plain }) };
    });
  return { result, requests };
}

function isReading(request: unknown): boolean {
  return JSON.stringify(request).startsWith('{"request":"GET ');
}

function planOf({ json }: CommandResult): Planned | undefined {
  return json === undefined ? undefined : planResult.parse(json).targets[0];
}

function reportOf({ json }: CommandResult): Reported | undefined {
  return json === undefined ? undefined : syncResult.parse(json).targets[0];
}

/** A plan is a promise: where nothing is held, a sync does all of it and nothing else. */
function assertKept(plan: Planned | undefined, report: Reported | undefined, names: Names): void {
  if (plan === undefined || report === undefined || plan.held !== undefined || report.failed.length > 0) return;
  const promised = plan.operations.map((one) => briefText(one, names)).sort();
  assert.deepEqual(
    report.applied.map((one) => briefText(one, names)).sort(),
    promised,
    'sync did something else than plan said',
  );
}

/** Nothing has changed since: there is nothing to send, and nothing to do but what stands in the way. */
async function assertSettled(step: Step, own: Play, exit: number): Promise<void> {
  const again = await observe(own, 'sync');
  if (step.looksAgain)
    assert.ok(again.requests.every(isReading), `sync wrote again: ${JSON.stringify(again.requests)}`);
  else assert.deepEqual(again.requests, [], 'sync sent something again although nothing has changed');
  assert.equal(again.result.exit, exit, 'sync ended otherwise although nothing has changed');
  const left = await observe(own, 'plan');
  assert.equal(
    left.result.exit,
    exit,
    `plan finds something after sync: ${JSON.stringify(planOf(left.result)?.operations)}`,
  );
}

function errorsOf({ errors }: CommandResult): Record<string, unknown> {
  return errors.length === 0 ? {} : { errors };
}

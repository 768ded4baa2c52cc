import assert from 'node:assert/strict';
import type { CycleReport } from '../../src/cycle/cycle-report.ts';
import type { Decision } from '../../src/ports/decisions.ts';
import { cycleStage, operationsOf, person, type StageOptions } from './cycle-stage.ts';
import { noLimits } from './limits.ts';

export const eight = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
export const staff = eight.map((id) => person(id));
export const narrow = { limits: { ...noLimits, removals: { percent: 0, atLeast: 1 } }, target: { concurrency: 1 } };
export const by = { via: 'shell', user: 'olga' } as const;

export type Stage = ReturnType<typeof cycleStage>;

/** Eight people on the target; one may leave without anybody's word. */
export async function loaded(options: StageOptions = {}): Promise<Stage> {
  const stage = cycleStage(staff, { ...narrow, ...options });
  await stage.cycle();
  return stage;
}

export function leave({ source }: Stage, ...ids: readonly string[]): void {
  for (const id of ids) source.remove(id);
}

export function comeBack({ source }: Stage, ...ids: readonly string[]): void {
  for (const id of ids) source.put(person(id));
}

export async function decide(
  { store, clock }: Stage,
  holdId: string | undefined,
  decision: Decision['decision'],
  rest: Partial<Decision> = {},
): Promise<void> {
  await store.decide({
    target: 'wiki',
    holdId: holdId ?? 'none',
    decision,
    at: new Date(clock.now()).toISOString(),
    by,
    ...rest,
  });
}

/** What waits for a cycle. */
export async function waiting({ store }: Stage): Promise<string[]> {
  return (await store.decisions()).waiting.map(({ holdId }) => holdId);
}

export async function held(stage: Stage, ...ids: readonly string[]): Promise<string> {
  leave(stage, ...ids);
  const { report } = await stage.cycle();
  assert.equal(report.result, 'held');
  return report.hold?.holdId ?? '';
}

export const applied = ({ applied: some }: CycleReport) => operationsOf(some);

/** A cycle in which somebody approves that groups with members of others are taken over. */
export async function adoptingCycle(
  stage: Stage,
  input: Parameters<Stage['cycle']>[0] = {},
): ReturnType<Stage['cycle']> {
  const { report } = await stage.cycle(input);
  assert.ok(report.hold?.findings.some(({ kind }) => kind === 'adopted_groups') === true, 'an adoption is held');
  await decide(stage, report.hold.holdId, 'approve');
  return stage.cycle(input);
}

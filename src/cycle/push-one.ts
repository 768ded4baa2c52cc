import type { SourceId } from '../core/model/entry.ts';
import type { Operation } from '../core/model/plan.ts';
import { heldOperation } from '../core/planning/held-operation.ts';
import type { Decider, Decision } from '../ports/state-store.ts';
import { bindTarget } from './bind-target.ts';
import type { CycleInput } from './cycle-input.ts';
import { recallWords, trimmed, withWords } from './plan/decisions.ts';
import { isEstablished } from './shared/established.ts';
import type { Preparation } from './plan/prepare-plan.ts';
import { push, type PushReport } from './push/push.ts';
import { createRemovalRecords } from './shared/removal-records.ts';
import { attend, newNotes } from './shared/target-notes.ts';

/** What a person wants carried out alone, and when it was read that it is due. */
export interface PushOneInput extends Pick<
  CycleInput,
  'setup' | 'store' | 'clock' | 'observer' | 'signal' | 'isStopping'
> {
  readonly id: SourceId;
  readonly decision: Decision;
  readonly prepared: Preparation;
  /** When the reading ended, by the monotonic clock. */
  readonly readAt: number;
}

/** The decision to carry out what is due for one entry: also what is held, or was rejected. */
export function pushDecision(
  target: string,
  operations: readonly Operation[],
  {
    at,
    by,
    digest,
    hash,
  }: {
    readonly at: string;
    readonly by: Decider;
    readonly digest: (text: string) => string;
    readonly hash: (text: string) => string;
  },
): Decision {
  const held = operations.map((operation) => heldOperation(operation, digest));
  return {
    target,
    holdId: `push-${hash(JSON.stringify([target, held])).slice(0, 12)}`,
    decision: 'push',
    at,
    by,
    operations: held,
  };
}

/**
 * Carries out what is due for one entry, and nothing else. It is no cycle: what the last one left to do stays as it was,
 * and what was carried out counts, so that the others of a hold are not few enough because of it.
 * That it was decided is durable before anything is sent; what fails is tried again by the next cycles, as under any
 * approval.
 *
 * @param own what is due for the entry
 * @throws BridgeError when an outcome cannot be recorded
 */
export async function pushOne(own: readonly Operation[], input: PushOneInput): Promise<PushReport> {
  const { id, setup, store, clock, decision, prepared } = input;
  const target = setup.target.name;
  const ids = new Set(own.map(({ sourceId }) => sourceId));
  const isOwn = ({ sourceId }: { readonly sourceId: string }): boolean => ids.has(sourceId);
  await bindTarget(setup, store);
  const state = await store.target(target);
  const words = recallWords({
    target,
    state,
    left: [{ ...decision, key: '' }],
    stillWanted: (held) => prepared.leftOf(held, []),
    now: clock.now(),
  });
  const decided = withWords(state, words);
  attend(setup.target, store);
  await store.record([
    ...prepared.found.filter(isOwn).map((quarantine) => ({ kind: 'quarantine', quarantine }) as const),
    ...prepared.settled.filter(isOwn).map((intent) => ({ kind: 'settled', intent }) as const),
    ...prepared.remembered.filter(isOwn).map((link) => ({ kind: 'link', link }) as const),
    { kind: 'target', target, state: decided },
  ]);
  for (const link of prepared.remembered.filter(isOwn)) prepared.links.set(link.sourceId, link);
  for (const record of words.decided) input.observer({ kind: 'decided', target, record });
  const pushed = await push(own, {
    ...input,
    target: setup.target,
    policy: setup.policy,
    links: prepared.links,
    fingerprints: prepared.fingerprints,
    unsearched: prepared.unsearched,
    intents: prepared.intents,
    listed: prepared.listed,
    attempt: 'asked',
    quarantined: prepared.quarantined,
    removalsOf: createRemovalRecords(
      { target, context: prepared.context, approved: [], established: isEstablished(prepared.state) },
      clock,
    ),
  });
  const isDone = pushed.applied.length === own.length && prepared.quarantined.has(id);
  const approvals = trimmed(decided.approvals ?? [], (held) => prepared.leftOf(held, pushed.applied));
  await store.record([
    ...(isDone ? [{ kind: 'quarantine_over', target, sourceId: id } as const] : []),
    ...newNotes(setup.target),
    {
      kind: 'target',
      target,
      state: withWords(decided, { approvals, rejections: decided.rejections ?? [], decided: [] }),
    },
  ]);
  return pushed;
}

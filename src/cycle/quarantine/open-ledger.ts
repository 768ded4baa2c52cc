import type { SourceId } from '../../core/model/entry.ts';
import type { Resource } from '../../core/model/resource.ts';
import type { LeftDecisions } from '../../ports/decisions.ts';
import type { StateView } from '../../ports/state-store.ts';
import { besides, gather } from '../shared/batches.ts';
import { matchPaths, type AttemptMode, type TargetSetup } from '../shared/target-setup.ts';
import { createFingerprints } from './fingerprints.ts';
import { QuarantineLedger } from './ledger.ts';
import type { Released } from './next-try.ts';

/** Reads what the state has of everybody whom a cycle concerns. */
export async function openLedger({
  setup: { target, policy },
  newcomers,
  ids,
  isAboutEverybody,
  store,
  waiting,
  attempt,
  now,
}: {
  readonly setup: Pick<TargetSetup, 'target' | 'policy'>;
  /** Those without a link: all whom a plan may create or adopt. */
  readonly newcomers: readonly Resource[];
  /** Who is wanted, has departed, or left without ever having come. */
  readonly ids: readonly SourceId[];
  /** These are all: whoever else is in quarantine is neither wanted nor linked any more. */
  readonly isAboutEverybody: boolean;
  readonly store: StateView;
  /** What people decided before this plan. */
  readonly waiting: LeftDecisions['waiting'];
  readonly attempt: AttemptMode;
  readonly now: number;
}): Promise<QuarantineLedger> {
  const orphaned: SourceId[] = [];
  if (isAboutEverybody)
    for await (const batch of besides(ids, store, (marks) => marks.unmarkedQuarantine(target.name)))
      for (const id of batch) orphaned.push(id);
  return new QuarantineLedger({
    target: target.name,
    quarantined: await gather(ids, (batch) => store.quarantined(target.name, batch)),
    orphaned,
    fingerprints: createFingerprints(newcomers, store.digest, matchPaths({ policy })),
    released: releasedOn(target.name, waiting),
    attempt,
    now,
  });
}

function releasedOn(target: string, waiting: LeftDecisions['waiting']): Released {
  const own = waiting.filter((one) => one.decision === 'retry' && one.target === target);
  const ids = own.flatMap(({ sourceId }) => sourceId ?? []);
  return { keys: new Set(own.map(({ key }) => key)), ids: ids.length < own.length ? 'everybody' : new Set(ids) };
}

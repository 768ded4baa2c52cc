import type { Entry, SourceId } from '../../core/model/entry.ts';
import { linkStamp } from '../../core/model/link.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import type { Resource } from '../../core/model/resource.ts';
import type { Steps } from '../../core/model/steps.ts';
import type { Draft } from '../../core/mapping/project.ts';
import { mapsByDirectory } from '../../core/mapping/ready-map.ts';
import { createProofs, isProvable, type Proofs } from '../../core/mapping/prove.ts';
import { asProven, ProvenAttributes } from '../../core/mapping/proven-attributes.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateStore, StateView } from '../../ports/state-store.ts';
import { gather } from '../shared/batches.ts';
import type { TargetSetup } from '../shared/target-setup.ts';
import { inTurns } from '../shared/turns.ts';
import type { KnownNow, MadePlan } from './make-plan.ts';

type Proven = Pick<TargetSetup, 'target' | 'definition' | 'program'>;

/** What the state knows of users whose values need not be mapped again. */
export async function recallProofs(
  readings: readonly CompleteReading[],
  { target, program = '' }: Proven,
  store: Pick<StateView, 'proofs' | 'digest'>,
): Promise<Proofs> {
  const users = readings.flatMap(({ entries }) => [...entries.ids('user')]);
  return createProofs(await gather(users, (ids) => store.proofs(target.name, ids)), store.digest, program);
}

/**
 * The same resources, and as a whole those whose proof the state does not have (any more): their link changed since they
 * were mapped. To be asked after the links were.
 *
 * @param store without it, no proof is trusted
 */
export async function withStandingProofs(
  resources: readonly Resource[],
  target: string,
  store: Pick<StateView, 'proofs'> | undefined,
): Promise<readonly Resource[]> {
  const claimed = resources.flatMap(({ sourceId, attributes }) =>
    attributes instanceof ProvenAttributes ? [sourceId] : [],
  );
  if (claimed.length === 0) return resources;
  const standing = await gather(claimed, (ids) => store?.proofs(target, ids) ?? nothing);
  return resources.map((resource) => asProven(resource, standing));
}

const nothing = Promise.resolve(new Map<SourceId, string>());

interface ProvingInput {
  readonly setup: Proven;
  readonly store: StateStore;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** How many go into one record. */
const recordSize = 1_000;

/**
 * Records of everybody who was compared as a whole, and in whom nothing differed, with what that was found: as long as
 * entry, map and link stay the same, it need not be found again.
 */
export async function recordProofs(
  readings: readonly CompleteReading[],
  { projection, evaluation: { owners } }: Draft,
  {
    known,
    made,
  }: { readonly known: Pick<KnownNow, 'links'>; readonly made: Pick<MadePlan, 'acknowledged' | 'incomplete'> },
  { setup, store, clock }: ProvingInput,
): Promise<void> {
  // Where something could not be looked at, what was compared was not everything.
  if (made.acknowledged.length === 0 || made.incomplete === undefined) return;
  const target = setup.target.name;
  const proofs = await recallProofs([], setup, store);
  const before = await gather(made.acknowledged, (ids) => store.proofs(target, ids));
  const wanted = new Set(made.acknowledged);
  const mapOf = mapsByDirectory(setup.definition);
  const steps = function* (): Steps<[SourceId, string, string][]> {
    const provable = new Set<SourceId>();
    for (const resource of projection.resources) {
      if (wanted.has(resource.sourceId) && isProvable(resource)) provable.add(resource.sourceId);
      yield;
    }
    const found: [SourceId, string, string][] = [];
    const prove = (entry: Entry): void => {
      const link = known.links.get(entry.id);
      if (link === undefined || (owners.get(entry.id) ?? entry) !== entry) return;
      const proof = proofs.of(entry, mapOf(entry.directory, entry.type));
      if (before.get(entry.id) !== proof) found.push([entry.id, proof, linkStamp(link)]);
    };
    for (const { entries } of readings)
      for (const entry of entries) {
        if (provable.has(entry.id)) prove(entry);
        yield;
      }
    return found;
  };
  const found = await inTurns(steps(), clock);
  for (let at = 0; at < found.length; at += recordSize)
    await store.record([{ kind: 'proved', target, proofs: found.slice(at, at + recordSize) }]);
}

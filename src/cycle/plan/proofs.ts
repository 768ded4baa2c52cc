import type { SourceId } from '../../core/model/entry.ts';
import { linkStamp } from '../../core/model/link.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import type { Resource } from '../../core/model/resource.ts';
import { eachInSteps, type Steps } from '../../core/model/steps.ts';
import { findResource, type Draft } from '../../core/mapping/project.ts';
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
 * @param clock where others wait for their turn meanwhile: mapping everybody as a whole takes long
 */
export async function withStandingProofs(
  resources: readonly Resource[],
  target: string,
  store: Pick<StateView, 'proofs'> | undefined,
  clock: Pick<Clock, 'monotonic'> | undefined,
): Promise<readonly Resource[]> {
  const claimed = resources.flatMap(({ sourceId, attributes }) =>
    attributes instanceof ProvenAttributes ? [sourceId] : [],
  );
  if (claimed.length === 0) return resources;
  const standing = await gather(claimed, (ids) => store?.proofs(target, ids) ?? nothing);
  return inTurns(allAsProven(resources, standing), clock);
}

function* allAsProven(
  resources: readonly Resource[],
  standing: ReadonlyMap<SourceId, string>,
): Steps<readonly Resource[]> {
  const proven: Resource[] = [];
  yield* eachInSteps(resources, (resource) => proven.push(asProven(resource, standing)));
  return proven;
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
  { projection }: Pick<Draft, 'projection'>,
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
  const mapOf = mapsByDirectory(setup.definition);
  const prove = (id: SourceId): readonly [SourceId, string, string] | undefined => {
    const link = known.links.get(id);
    const resource = findResource(projection.resources, id);
    if (link === undefined || resource === undefined || !isProvable(resource)) return undefined;
    const entry = readings.find(({ directory }) => directory === resource.directory)?.entries.get(id);
    const proof = entry && proofs.of(entry, mapOf(entry.directory, entry.type));
    return proof === undefined || before.get(id) === proof ? undefined : [id, proof, linkStamp(link)];
  };
  const steps = function* (): Steps<(readonly [SourceId, string, string])[]> {
    const found: (readonly [SourceId, string, string])[] = [];
    for (const id of made.acknowledged) {
      const proven = prove(id);
      if (proven !== undefined) found.push(proven);
      yield;
    }
    return found;
  };
  const found = await inTurns(steps(), clock);
  for (let at = 0; at < found.length; at += recordSize)
    await store.record([{ kind: 'proved', target, proofs: found.slice(at, at + recordSize) }]);
}

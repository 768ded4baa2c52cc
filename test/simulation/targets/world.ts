import { createShares } from '../../../src/core/memory/shares.ts';
import { fitMap, requiredPaths } from '../../../src/config/fit-map.ts';
import { loadPreset } from '../../../src/config/preset.ts';
import { layDialect, type Layer } from '../../../src/core/dialect/layers.ts';
import { rfc7644 } from '../../../src/core/dialect/rfc7644.ts';
import type { TargetDefinition } from '../../../src/core/mapping/definition.ts';
import type { TargetSetup } from '../../../src/cycle/shared/target-setup.ts';
import type { ScimTarget } from '../../../src/ports/scim-target.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import type { FakeSource } from '../../support/fake-source.ts';
import { noLimits } from '../../support/limits.ts';
import { createMemoryStore, type MemoryStore } from '../../support/memory-store.ts';
import {
  behaviourOf,
  createScimService,
  inProcess,
  type Behaviour,
  type InProcess,
  type PartialBehaviour,
  type ScimService,
} from '../../support/scim-server/index.ts';
import { createRandom, randomId, type Random } from '../random.ts';
import type { Case } from './case.ts';
import { createClient, departureHeader, type Departures } from './client.ts';
import { createCompany } from './company.ts';
import { canBeFoundOut, isToBeSeen, lieTo } from './lies.ts';
import type { Mishap } from './mishaps.ts';
import { createFaults, type ScriptedFaults } from './scripted-faults.ts';
import { furnish, type Strangers } from './strangers.ts';
import { createWatch, type Watch } from './watch.ts';

/** What a world is like. */
export interface Plot extends Case {
  readonly name: string;
  readonly seed: number;
  readonly behaviour: readonly PartialBehaviour[];
  /** Layers below the dialect of the case: a shipped profile. */
  readonly profile?: readonly Layer[];
  /** Faults of the moment, by kind and name. */
  readonly scripts?: readonly string[];
  /** What it says and does not do, until it gets well. */
  readonly lies?: readonly string[];
  /** What befalls it between two rounds. */
  readonly mishap?: Mishap | undefined;
  /** What the server is like besides, until it gets well. */
  readonly illness?: readonly PartialBehaviour[];
}

export interface World {
  readonly plot: Plot;
  readonly random: Random;
  readonly clock: FakeClock;
  readonly source: FakeSource;
  readonly server: ScimService;
  readonly network: InProcess;
  readonly layers: readonly Layer[];
  /** As it is until it gets well. */
  readonly ill: Behaviour;
  /** As it is by nature. */
  readonly nature: Behaviour;
  readonly setup: Omit<TargetSetup, 'target'>;
  readonly departures: Departures;
  readonly faults: ScriptedFaults;
  readonly strangers: Strangers;
  readonly watch: Watch;
  store: MemoryStore;
  client: ScimTarget;
  /** Something befell it of which nobody has told the program. */
  isSetBack: boolean;
  /** The group of ours that somebody else put a stranger into. */
  joined: string | undefined;
  readonly trace: string[];
}

const chunk = 12;

/** Of the event loop, that a request or an answer takes on its way: mostly as long as the one before. */
const turns = [1, 1, 1, 2, 5];

export async function createWorld(plot: Plot): Promise<World> {
  const random = createRandom(plot.seed);
  const clock = fakeClock({ seed: plot.seed });
  // Whose clock is right does not matter.
  const skew = random.pick([0, 0, 3 * 60 * 60_000, -40 * 60_000]);
  const nature = behaviourOf(...plot.behaviour);
  const ways = createRandom(plot.seed ^ 0x5eed);
  const ids = createRandom(plot.seed ^ 0x1d);
  const newId = (): string => randomId(ids);
  const { network, service: server } = inProcess(
    clock,
    (sleep) =>
      createScimService(() => 'http://wiki.example', {
        behaviour: { http: { basePath: nature.http.basePath } },
        now: () => clock.now() + skew,
        sleep,
        newId,
      }),
    () => ways.pick(turns),
  );
  const layers: readonly Layer[] = [
    ...(plot.profile ?? []),
    { origin: 'profile', says: { members: { addPerRequest: chunk, removePerRequest: chunk } } },
    ...(plot.dialect === undefined ? [] : [{ origin: 'profile', says: plot.dialect } as const]),
  ];
  const dialect = layDialect(rfc7644, layers);
  const leaves = plot.leaves ?? 'deactivate';
  const match = { user: ['externalId', 'userName'], group: ['externalId', 'displayName'] };
  const nested = dialect.members.nested ? random.pick(['keep', 'keep', 'flatten'] as const) : 'flatten';
  const source = createCompany();
  const faults = createFaults(plot.scripts ?? [], random, () => clock.now() + skew, nature);
  const strangers = await furnish(server, nature, source);
  const departures: Departures = { count: 0, times: [], turnedAway: [], deaths: [] };
  const watch = createWatch(server);
  const lies = plot.lies?.filter((name) => canBeFoundOut(name, nature)) ?? [];
  const ill = behaviourOf(nature, ...(plot.illness ?? []).filter((one) => isToBeSeen(one, nature)));
  server.setBehaviour(ill);
  server.setFaults({
    before(request) {
      watch.arrives(request);
      if (request.headers[departureHeader] === undefined) return undefined;
      return (faults.isOver() ? undefined : lieTo(lies, request, server, random)) ?? faults.for(request);
    },
  });
  const world: Omit<World, 'client'> = {
    plot,
    layers,
    random,
    clock,
    source,
    server,
    network,
    nature,
    ill,
    setup: {
      url: 'https://wiki.example/scim/v2',
      definition: await definitionFor(layers, nested, match),
      policy: {
        user: { match: match.user, adopt: 'first-match', create: true },
        group: { match: match.group, adopt: 'first-match', create: true },
      },
      removal: { leaves, groups: dialect.groups.deletion === 'none' ? 'keep' : 'delete' },
      limits: noLimits,
      mustSee: [],
      kept: createShares({ total: Infinity, each: Infinity }).open(),
      createInactive: plot.createInactive ?? false,
    },
    departures,
    faults,
    strangers,
    watch,
    store: createMemoryStore(newId),
    isSetBack: false,
    joined: undefined,
    trace: [`${nested}, leaves: ${leaves}, the server's clock is ${skew / 60_000} minutes ahead`],
  };
  return { ...world, client: startClient(world) };
}

/** The client of a new process. */
export function startClient({ server, network, clock, departures, random, layers }: Omit<World, 'client'>): ScimTarget {
  return createClient(server.url, clock, departures, {
    dialect: layers,
    limits: { concurrency: random.pick([1, 1, 3, 'auto']) },
    network,
  });
}

async function definitionFor(
  layers: readonly Layer[],
  nested: TargetDefinition['nested'],
  match: TargetDefinition['match'],
): Promise<TargetDefinition> {
  const dialect = layDialect(rfc7644, layers);
  const preset = await loadPreset('openldap');
  const hasGroups = dialect.groups.supported !== 'off';
  return {
    target: 'wiki',
    maps: new Map([
      ['corp', { user: fitMap(preset.user, dialect, 'user'), group: fitMap(preset.group, dialect, 'group') }],
    ]),
    scope: { user: { memberOf: [] }, group: { memberOf: [], supported: hasGroups } },
    nested,
    match,
    required: { user: requiredPaths(dialect, 'user'), group: hasGroups ? requiredPaths(dialect, 'group') : [] },
    profile: 'rfc7644',
  };
}

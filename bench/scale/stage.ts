import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApp } from '../../src/app.ts';
import type { App } from '../../src/bridge/app.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { createCycleMemory } from '../../src/cycle/cycle-memory.ts';
import type { CycleReport } from '../../src/cycle/cycle-report.ts';
import { runCycles } from '../../src/cycle/run-cycles.ts';
import { overriding, type ScimTarget } from '../../src/ports/scim-target.ts';
import type { DirectorySource } from '../../src/ports/directory-source.ts';
import type { StateStore } from '../../src/ports/state-store.ts';

export interface Stage {
  readonly app: App;
  /** Calls of the target so far. */
  readonly calls: () => number;
  readonly cycle: (mode?: 'incremental' | 'full') => Promise<readonly CycleReport[]>;
  /** Forgets what a running daemon knows, as a restart does; the state is opened anew. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The cycles of a daemon with the product's own parts, but for targets that answer at once. */
export async function openStage(
  folder: string,
  targets: number,
  createSource: (own: DirectorySource) => DirectorySource,
  refuses: (name: string) => boolean = () => false,
): Promise<Stage> {
  const config = join(folder, 'dir2scim.yaml');
  await writeFile(config, configuration(folder, targets));
  process.env['BENCH_TOKEN'] = 'bench';
  const app = await createApp(await loadConfiguration(config));
  const sources = new Map([...app.sources].map(([name, source]) => [name, createSource(source)]));
  let calls = 0;
  const count = (): void => void (calls += 1);
  const names = [...app.targets.keys()];
  const answering = new Map(
    names.map((name) => [name, answerAtOnce(app.targets.get(name) ?? fail(name), count, refuses)]),
  );
  let store: StateStore = await app.openStore();
  let known = createCycleMemory(app.clock);
  return {
    app,
    calls: () => calls,
    cycle: (mode = 'incremental') =>
      runCycles(names, {
        ...app,
        ...known,
        sources,
        store,
        mode,
        attempt: mode === 'full' ? 'everything' : 'due',
        signal: new AbortController().signal,
        isStopping: () => false,
        prepare: async (name, signal) => ({
          ...(await app.prepare(name, signal)),
          target: answering.get(name) ?? fail(name),
        }),
      }),
    restart: async () => {
      await store.close();
      known = createCycleMemory(app.clock);
      store = await app.openStore();
    },
    close: async () => {
      await store.close();
      await app.close();
    },
  };
}

function fail(name: string): never {
  throw new Error(`there is no target ${name}`);
}

function answerAtOnce(target: ScimTarget, count: () => void, refuses: (name: string) => boolean): ScimTarget {
  let made = 0;
  const answer = <T>(value: T): Promise<T> => {
    count();
    return Promise.resolve(value);
  };
  const applied = (id: string) => answer({ kind: 'applied', id } as const);
  return overriding(target, {
    takes: () => 'all',
    find: () => answer([]),
    inventory: () => answer([]),
    probe: () => Promise.resolve({ kind: 'answers' }),
    newNotes: () => undefined,
    create: (type, attributes) => {
      if (refuses(JSON.stringify(attributes.get('userName'))))
        return answer({ kind: 'failed', failure: { class: 'rejected', status: 400, detail: 'no' } } as const);
      made += 1;
      return applied(`${type}-${made}`);
    },
    update: (_, id) => applied(id),
    changeMembers: (id) => applied(id),
    remove: (_, id) => applied(id),
  });
}

function configuration(folder: string, targets: number): string {
  const sections = Array.from(
    { length: targets },
    (_, at) => `  app${at}:
    url: https://127.0.0.1:1/scim/${at}
    auth: { bearer: { env: BENCH_TOKEN } }
    users: { adopt: never }
    groups: { adopt: never }
    removal: { leaves: deactivate }
`,
  );
  return `directories:
  corp:
    kind: ldif
    path: ${join(folder, 'world.ldif')}
targets:
${sections.join('')}state: { path: ${join(folder, 'state')} }
`;
}

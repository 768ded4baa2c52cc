import { createShares } from '../../src/core/memory/shares.ts';
import type { CycleReport } from '../../src/cycle/cycle-report.ts';
import { runCycles, type CyclesInput } from '../../src/cycle/run-cycles.ts';
import type { TargetSetup } from '../../src/cycle/shared/target-setup.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import type { CycleEvent } from '../../src/ports/cycle-observer.ts';
import { definition, entry } from './entries.ts';
import { fakeClock, whileTimePasses } from './fake-clock.ts';
import { createFakeSource } from './fake-source.ts';
import { createFakeTarget, type FakeCall, type FakeTargetOptions } from './fake-target.ts';
import { noLimits } from './limits.ts';
import { createMemoryStore } from './memory-store.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

type Values = Readonly<Record<string, string | readonly string[]>>;

/** Someone in scope; `values` add to what everybody has, or take its place. */
export function person(id: string, values: Values = {}): Entry {
  return entry(id, { mail: `${id}@example.org`, status: 'on', ...values });
}

export function team(id: string, members: readonly string[] = []): Entry {
  const member = members.length === 0 ? {} : { member: members.map((one) => `CN=${one},OU=Staff,DC=corp`) };
  return { ...entry(id, { cn: id, ...member }, { dn: `CN=${id},OU=Groups,DC=corp` }), type: 'group' };
}

export interface StageOptions extends Partial<Omit<TargetSetup, 'target'>> {
  readonly target?: Partial<FakeTargetOptions>;
  readonly match?: readonly string[];
}

/** One directory, one target and a state, all in memory, and cycles between them. Limits hold nothing unless given. */
export function cycleStage(
  entries: readonly Entry[],
  { target: targetOptions, match = ['externalId', 'userName'], ...rest }: StageOptions = {},
) {
  const clock = fakeClock();
  const source = createFakeSource('corp');
  const target = createFakeTarget({ name: 'wiki', ...targetOptions });
  const store = createMemoryStore();
  const events: CycleEvent[] = [];
  const setup: TargetSetup = {
    target,
    url: 'https://wiki.example/scim/v2',
    definition: definition({
      users: {
        userName: 'lower(mail)',
        title: 'title',
        active: 'status != "off"',
        'enterprise.manager': 'ref(manager)',
      },
      match: { user: match },
    }),
    policy: {
      user: { match, adopt: 'first-match', create: true },
      group: { match: ['externalId', 'displayName'], adopt: 'first-match', create: true },
    },
    removal: { leaves: 'deactivate', groups: 'keep' },
    limits: noLimits,
    mustSee: [],
    kept: createShares({ total: Infinity, each: Infinity }).open(),
    createInactive: false,
    ...rest,
  };
  for (const one of entries) source.put(one);
  return {
    clock,
    source,
    target,
    store,
    setup,
    events,
    /** One cycle, with the calls that it made. */
    cycle: async (
      input: Partial<CyclesInput> = {},
    ): Promise<{ readonly report: CycleReport; readonly calls: readonly FakeCall[] }> => {
      target.clearCalls();
      const [report] = await whileTimePasses(
        clock,
        runCycles(['wiki'], {
          mode: 'incremental',
          attempt: 'due',
          sources: new Map([['corp', source]]),
          prepare: () => Promise.resolve(setup),
          store,
          clock,
          observer: (event) => void events.push(event),
          signal: new AbortController().signal,
          isStopping: () => false,
          ...input,
        }),
      );
      if (report === undefined) throw new Error('no report');
      return { report, calls: [...target.calls] };
    },
  };
}

/** `method externalId`, or `method id` where there is none, of each call. */
export function inShort(calls: readonly FakeCall[]): string[] {
  return calls.map((call): string => {
    switch (call.method) {
      case 'create':
        return `create ${JSON.stringify(call.attributes.get('externalId')).replaceAll('"', '')}`;
      case 'find':
        return `find ${call.attribute} ${call.value}`;
      case 'inventory':
        return `inventory ${call.type}`;
      case 'update':
      case 'remove':
        return `${call.method} ${call.id}`;
      case 'changeMembers':
        return `members ${call.id} +${call.add.join('+')} -${call.remove.join('-')}`;
      default:
        return call.method;
    }
  });
}

export const operationsOf = (operations: CycleReport['applied']): string[] =>
  operations.map(({ verb, sourceId }) => `${verb} ${sourceId}`);

/** Ada has an account on the target, not of ours, and somebody there has switched it off. */
export async function switchedOffAda(target: Pick<ReturnType<typeof cycleStage>['target'], 'create'>): Promise<void> {
  const attributes = new Map<string, string | boolean>([
    ['userName', 'ada@example.org'],
    ['active', false],
  ]);
  await target.create('user', attributes, new AbortController().signal);
}

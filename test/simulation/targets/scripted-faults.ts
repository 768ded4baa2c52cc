import type { Behaviour, Fault, ScimRequestRecord } from '../../support/scim-server/index.ts';
import type { Random } from '../random.ts';
import { mostOften, scripts, type Script } from './scripts.ts';

/** Faults of the moment, for as long as they are on. */
export interface ScriptedFaults {
  for(request: ScimRequestRecord): Fault | undefined;
  end(): void;
  isOver(): boolean;
  /** What has struck, for the trace. */
  struck(): string[];
}

/** `cut after` and all the others. */
export function scriptNames(): string[] {
  return Object.entries(scripts).flatMap(([kind, ways]) => Object.keys(ways).map((way) => `${kind}: ${way}`));
}

/** Nobody can know better than to believe them: nothing else that the server shows says otherwise. */
const believed: Readonly<Record<string, readonly string[]>> = {
  'answer: 404': ['DELETE', 'GET'],
  'answer: a bare 200': ['DELETE', 'PATCH', 'PUT'],
  'answer: a bare 202': ['GET'],
  // A group with all its members is not read to its end.
  'endless: without end': ['PATCH'],
};

/** What a group has that never shows its members is known from the answers to its changes alone. */
const believedOfHidden: ReadonlySet<string> = new Set(['answer: a bare 202']);

export function createFaults(
  names: readonly string[],
  random: Random,
  now: () => number,
  { members }: Pick<Behaviour, 'members'>,
): ScriptedFaults {
  const known = new Map(
    Object.entries(scripts).flatMap(([kind, ways]) =>
      Object.entries(ways).map(([way, script]): [string, Script] => [`${kind}: ${way}`, script]),
    ),
  );
  const counts = new Map<string, number>();
  let struck: string[] = [];
  let isOver = false;
  return {
    for({ method, path }) {
      if (isOver || names.length === 0 || !random.chance(0.12)) return undefined;
      const name = random.pick(names);
      const fault = known.get(name)?.(now());
      if (fault === undefined) throw new RangeError(`no script ${name}`);
      if (believed[name]?.includes(method) === true) return undefined;
      if (believedOfHidden.has(name) && members.shown === 'never' && path.startsWith('/Groups/')) return undefined;
      const before = counts.get(fault.kind) ?? 0;
      if (before >= mostOften[fault.kind]) return undefined;
      counts.set(fault.kind, before + 1);
      struck.push(`${name} at ${method} ${path.slice(0, 40)}`);
      return fault;
    },
    end: () => void (isOver = true),
    isOver: () => isOver,
    struck() {
      const said = struck;
      struck = [];
      return said;
    },
  };
}

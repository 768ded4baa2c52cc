import * as z from 'zod';
import { shortPath } from '../../src/core/mapping/scim-path.ts';
import type { Names } from './names.ts';

/*
 * What the commands print with --json, and the short form in which expected.yaml has it.
 */

const who = { type: z.enum(['user', 'group']), sourceId: z.string(), reason: z.string() };
const change = z.object({ path: z.string(), change: z.enum(['set', 'clear']), value: z.unknown().optional() });

const operation = z.discriminatedUnion('verb', [
  z.object({ ...who, verb: z.literal('create'), again: z.boolean(), attributes: z.record(z.string(), z.unknown()) }),
  z.object({ ...who, verb: z.literal('adopt'), targetId: z.string(), changes: z.array(change) }),
  z.object({ ...who, verb: z.literal('relink'), replaces: z.string(), changes: z.array(change) }),
  z.object({ ...who, verb: z.enum(['update', 'reactivate']), changes: z.array(change) }),
  z.object({ ...who, verb: z.literal('members'), add: z.array(z.string()), remove: z.array(z.string()) }),
  z.object({ ...who, verb: z.enum(['deactivate', 'delete']), cause: z.string() }),
]);
type Operation = z.output<typeof operation>;

const hold = z.object({
  holdId: z.string(),
  findings: z.array(z.object({ kind: z.string(), text: z.string() })),
  operations: z.array(operation),
});

const rejected = z.object({
  type: z.string(),
  sourceId: z.string(),
  reasons: z.array(z.object({ code: z.string(), text: z.string() })),
});

const planned = z.object({
  operations: z.array(operation),
  undone: z.array(operation),
  waiting: z.number(),
  seats: z.object({ of: z.number(), taken: z.number(), waiting: z.number() }).optional(),
  waitsForSeat: z.array(operation).optional(),
  rejected: z.array(rejected),
  held: hold.optional(),
});
const reported = z.object({
  result: z.string(),
  applied: z.array(operation),
  failed: z.array(z.object({ operation, failure: z.object({ class: z.string() }) })),
  waiting: z.number(),
  rejected: z.array(rejected),
  held: hold.optional(),
});

/** The result of `plan --json`, of each target. */
export const planResult = z.object({ targets: z.array(planned) });
/** The result of `sync --json`, of each target. */
export const syncResult = z.object({ targets: z.array(reported) });
export type Planned = z.output<typeof planned>;
export type Reported = z.output<typeof reported>;

type Plain = Record<string, unknown>;

/** A plan, short. What is empty is left out. */
export function planText(plan: Planned, names: Names): Plain {
  return {
    ...some(
      'operations',
      plan.operations.map((one) => operationText(one, names)),
    ),
    ...some(
      'undone',
      plan.undone.map((one) => briefText(one, names)),
    ),
    ...some(
      'rejected',
      plan.rejected.map((one) => rejectedText(one, names)),
    ),
    ...(plan.waiting === 0 ? {} : { waiting: plan.waiting }),
    ...(plan.seats === undefined ? {} : { seats: plan.seats }),
    ...some(
      'waitsForSeat',
      (plan.waitsForSeat ?? []).map((one) => briefText(one, names)),
    ),
    ...holdText(plan.held, names),
  };
}

/** What a sync says beyond its plan, short. */
export function reportText(report: Reported, names: Names): Plain {
  const failed = report.failed.map(
    ({ operation: one, failure }) => `${one.verb} ${one.type} ${names.inPlan(one.sourceId)}: ${failure.class}`,
  );
  return {
    ...some(
      'rejected',
      report.rejected.map(({ type, sourceId }) => `${type} ${names.inPlan(sourceId)}`),
    ),
    ...some('failed', failed),
    ...(report.held === undefined ? {} : { held: report.held.operations.map((one) => briefText(one, names)) }),
  };
}

/** One line for an operation: what is done to whom. */
export function briefText(one: Operation, names: Names): string {
  const members = one.verb === 'members' ? membersText(one, names) : '';
  return `${one.verb} ${one.type} ${names.inPlan(one.sourceId)}${members}`;
}

function operationText(one: Operation, names: Names): Plain {
  const head = { [one.verb]: `${one.type} ${names.inPlan(one.sourceId)}`, because: sentence(one.reason, names) };
  switch (one.verb) {
    case 'create': {
      const given = Object.entries(one.attributes).filter(([, value]) => value !== null);
      return { ...head, ...(one.again ? { again: true } : {}), with: valuesText(given, names) };
    }
    case 'adopt':
    case 'relink':
    case 'update':
    case 'reactivate':
      return {
        ...head,
        ...(one.changes.length === 0
          ? {}
          : {
              set: valuesText(
                one.changes.map(({ path, value }) => [path, value ?? null]),
                names,
              ),
            }),
      };
    case 'members':
      return { ...head, ...some('add', one.add.map(names.inPlan)), ...some('remove', one.remove.map(names.inPlan)) };
    case 'deactivate':
    case 'delete':
      return { ...head, cause: one.cause };
  }
}

function membersText(
  { add, remove }: { readonly add: readonly string[]; readonly remove: readonly string[] },
  names: Names,
): string {
  return [...add.map((id) => ` +${names.inPlan(id)}`), ...remove.map((id) => ` -${names.inPlan(id)}`)].join('');
}

/** Path → value; null: cleared. References are spelled `ref(ada)`. */
function valuesText(values: readonly (readonly [string, unknown])[], names: Names): Plain {
  return Object.fromEntries(values.map(([path, value]) => [shortPath(path), valueText(value, names)]));
}

function valueText(value: unknown, names: Names): unknown {
  if (typeof value === 'object' && value !== null && 'ref' in value) return `ref(${names.inPlan(String(value.ref))})`;
  return value;
}

function rejectedText({ type, sourceId, reasons }: z.output<typeof rejected>, names: Names): Plain {
  return {
    [type]: names.inPlan(sourceId),
    because: reasons.map(({ code, text }) => `${code}: ${sentence(text, names)}`),
  };
}

function holdText(held: z.output<typeof hold> | undefined, names: Names): Plain {
  if (held === undefined) return {};
  return {
    held: {
      because: held.findings.map(({ kind, text }) => `${kind}: ${text}`),
      operations: held.operations.map((one) => briefText(one, names)),
    },
  };
}

/** Words with names in place of ids, and without the time of day. */
function sentence(text: string, names: Names): string {
  return names.inPlan(text).replace(/\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?/g, '{date}');
}

function some(key: string, values: readonly unknown[]): Plain {
  return values.length === 0 ? {} : { [key]: values };
}

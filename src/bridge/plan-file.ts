import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { BridgeError } from '../core/model/errors.ts';
import type { Verb } from '../core/model/plan.ts';
import { reviewedPlan } from '../core/planning/reviewed-plan.ts';
import type { App } from './app.ts';
import type { CommandLine } from './command-line.ts';
import { planJson } from './json/plan.ts';
import type { PlanAnswer } from './plan.ts';

/*
 * The file of a plan that is to be looked at and then carried out: what the plan shows, and of each target what would be
 * carried out and held, as hashes. It is of one state and one configuration. What it holds of people is what the plan
 * shows: names and values.
 */

const format = 'dir2scim-plan';
const reviewedShape = z.object({
  operations: z.array(
    z.object({
      verb: z.custom<Verb>((value) => typeof value === 'string'),
      type: z.enum(['user', 'group']),
      sourceId: z.string(),
      hash: z.string(),
    }),
  ),
  holdId: z.exactOptional(z.string()),
});
const fileShape = z.object({
  format: z.literal(format),
  version: z.literal(1),
  madeAt: z.iso.datetime(),
  full: z.boolean(),
  inputs: z.object({ state: z.exactOptional(z.string()), configuration: z.string() }),
  targets: z.array(z.object({ target: z.string(), reviewed: reviewedShape, plan: z.unknown() })),
});
export type PlanFile = z.infer<typeof fileShape>;

/** @param full whether everything was tried again */
export async function planFile(app: App, answer: PlanAnswer, full: boolean, call: CommandLine): Promise<PlanFile> {
  return {
    format,
    version: 1,
    madeAt: new Date(app.clock.now()).toISOString(),
    full,
    inputs: {
      ...(answer.lineage === undefined ? {} : { state: answer.lineage }),
      configuration: await configurationHash(app),
    },
    targets: answer.targets.map((one) => {
      const { target, proceed, hold } = one.planned;
      const { operations, holdId } = reviewedPlan(proceed, hold, sha256);
      const reviewed = { operations: [...operations], ...(holdId === undefined ? {} : { holdId }) };
      return { target, reviewed, plan: planJson(one, call) };
    }),
  };
}

/** @throws BridgeError D2S_USAGE when it is no plan of this version */
export function parsePlanFile(text: string): PlanFile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    content = undefined;
  }
  const file = fileShape.safeParse(content);
  if (file.success) return file.data;
  throw new BridgeError('D2S_USAGE', 'the file is no plan', 'make one with dir2scim plan --out FILE');
}

/** What the file of the configuration says now. */
export async function configurationHash({ configuration }: App): Promise<string> {
  return sha256(await readFile(configuration.file, 'utf8'));
}

export function sha256(text: string | Iterable<string>): string {
  return hash('sha256', typeof text === 'string' ? text : [...text].join(''), 'hex');
}

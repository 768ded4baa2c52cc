import { readFile } from 'node:fs/promises';
import { reviewedPlan, type ReviewedPlan } from '../core/planning/reviewed-plan.ts';
import { sha256 } from '../cycle/shared/sha256.ts';
import type { App } from './app.ts';
import type { CommandLine } from './command-line.ts';
import { planJson } from './json/plan.ts';
import type { PlanAnswer } from './plan.ts';

/*
 * The file of a plan that is to be looked at and then carried out: what the plan shows, and of each target what would be
 * carried out and held, as hashes. It is of one state and one configuration. What it holds of people is what the plan
 * shows: names and values.
 */

export const planFormat = 'dir2scim-plan';

export interface PlanFile {
  readonly format: typeof planFormat;
  readonly version: 1;
  /** ISO 8601. */
  readonly madeAt: string;
  /** Whether everything was tried again. */
  readonly full: boolean;
  readonly inputs: {
    /** Which state; none where that knew of no account yet. */
    readonly state?: string | undefined;
    /** Hash of the file. */
    readonly configuration: string;
  };
  readonly targets: readonly {
    readonly target: string;
    readonly reviewed: ReviewedPlan;
    /** What a person looks at. */
    readonly plan: unknown;
  }[];
}

/** @param full whether everything was tried again */
export async function planFile(app: App, answer: PlanAnswer, full: boolean, call: CommandLine): Promise<PlanFile> {
  return {
    format: planFormat,
    version: 1,
    madeAt: new Date(app.clock.now()).toISOString(),
    full,
    inputs: {
      ...(answer.lineage === undefined ? {} : { state: answer.lineage }),
      configuration: await configurationHash(app),
    },
    targets: answer.targets.map((one) => {
      const { target, proceed, hold } = one.planned;
      return { target, reviewed: reviewedPlan(proceed, hold, sha256), plan: planJson(one, call) };
    }),
  };
}

/** What the file of the configuration says now. */
export async function configurationHash({ configuration }: App): Promise<string> {
  return sha256(await readFile(configuration.file, 'utf8'));
}

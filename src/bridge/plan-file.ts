import { readFile } from 'node:fs/promises';
import type { Digest } from '../core/model/link.ts';
import { reviewedPlan, type ReviewedPlan } from '../core/planning/reviewed-plan.ts';
import { sha256 } from '../cycle/shared/sha256.ts';
import type { App } from './app.ts';
import type { CommandLine } from './command-line.ts';
import { planJson } from './json/plan.ts';
import type { PlanAnswer } from './plan.ts';

/*
 * The file of a plan that is to be looked at and then carried out: what the plan shows, and of each target what would be
 * carried out and held, as hashes. It is of one state and one configuration, and sealed. What it holds of people is what the plan
 * shows: names and values.
 */

export const planFormat = 'dir2scim-plan';

export interface PlanFile {
  readonly format: typeof planFormat;
  readonly version: 2;
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
  /** Of everything above (`sealOf`). */
  readonly seal: string;
}

/** @param full whether everything was tried again */
export async function planFile(app: App, answer: PlanAnswer, full: boolean, call: CommandLine): Promise<PlanFile> {
  const content: PlanContent = {
    format: planFormat,
    version: 2,
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
  return { ...content, seal: sealOf(content, answer.digest) };
}

type PlanContent = Omit<PlanFile, 'seal'>;

/**
 * Shows that nobody edited a plan after it was written, neither what is carried out nor what is shown for it. Keyed by the
 * state; while that knows nobody, and may not even be there, it is a hash that anybody could make.
 *
 * @param digest of the state
 */
export function sealOf({ inputs, targets, ...content }: PlanContent, digest: Digest): string {
  const hash = inputs.state === undefined ? sha256 : digest;
  const shown = targets.map(({ target, reviewed, plan }) => [
    target,
    reviewed.holdId,
    reviewed.operations.map((one) => [one.verb, one.type, one.sourceId, one.hash]),
    plan,
  ]);
  const { madeAt, full } = content;
  return hash(`plan ${JSON.stringify([madeAt, full, inputs.state, inputs.configuration, shown])}`);
}

/** What the file of the configuration says now. */
export async function configurationHash({ configuration }: App): Promise<string> {
  return sha256(await readFile(configuration.file, 'utf8'));
}

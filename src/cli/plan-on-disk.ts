import { access, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { planFormat, type PlanFile } from '../bridge/plan-file.ts';
import { systemCode } from '../config/system-code.ts';
import { BridgeError } from '../core/model/errors.ts';
import type { Verb } from '../core/model/plan.ts';
import { writeWholeFile } from './whole-file.ts';

/** @throws BridgeError D2S_USAGE when there is no folder to write it to */
export async function checkPlanPlace(file: string): Promise<void> {
  await access(dirname(file)).catch((error: unknown) => {
    throw refused(`the plan cannot be written to ${file}`, error, 'name a file in a folder that exists');
  });
}

/** Writes a new file that nobody else can read, in place of one that is there. @throws BridgeError D2S_USAGE */
export async function writePlan(file: string, text: string): Promise<void> {
  await writeWholeFile(file, `${text}\n`, {
    what: 'the plan',
    replaces: true,
    mode: 0o600,
    remedy: 'name another file',
  });
}

/** @throws BridgeError D2S_USAGE when it cannot be read, or is no plan of this version */
export async function readPlan(file: string): Promise<PlanFile> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw refused(`the plan ${file} cannot be read`, error, 'name the file that dir2scim plan --out wrote');
  });
  const plan = fileShape.safeParse(contentOf(text));
  if (plan.success) return plan.data;
  throw new BridgeError('D2S_USAGE', `${file} is no plan`, 'make one with dir2scim plan --out FILE');
}

function contentOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const fileShape = z.object({
  format: z.literal(planFormat),
  version: z.literal(2),
  madeAt: z.iso.datetime(),
  full: z.boolean(),
  inputs: z.object({ state: z.exactOptional(z.string()), configuration: z.string() }),
  targets: z.array(
    z.object({
      target: z.string(),
      reviewed: z.object({
        operations: z.array(
          z.object({
            verb: z.custom<Verb>((value) => typeof value === 'string'),
            type: z.enum(['user', 'group']),
            sourceId: z.string(),
            hash: z.string(),
          }),
        ),
        holdId: z.exactOptional(z.string()),
      }),
      plan: z.unknown(),
    }),
  ),
  seal: z.string(),
});

function refused(what: string, error: unknown, remedy: string): BridgeError {
  return new BridgeError('D2S_USAGE', `${what} (${systemCode(error)})`, remedy);
}

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { createDoctor, type DoctorOptions } from '../../../src/adapters/scim/doctor/doctor.ts';
import type { Examination, TrialFinding } from '../../../src/ports/target-doctor.ts';
import { profileFileSchema } from '../../../src/config/schema/profile.ts';
import { isFailure } from '../../../src/ports/scim-target.ts';
import { targetOptions } from '../scim-target-options.ts';
import {
  startScimServer,
  vendors,
  type Faults,
  type PartialBehaviour,
  type ScimServer,
  type VendorName,
} from '../../support/scim-server/index.ts';

const token = 'tok-doctor';
const never = new AbortController().signal;

/** What a vendor's server is like, but for how often it may be asked: that would only take time. */
export function unhurried(name: VendorName): PartialBehaviour {
  return { ...vendors[name], pace: { buckets: [] } };
}

export async function startPatient(
  context: TestContext,
  behaviour: PartialBehaviour,
  faults: Faults = {},
): Promise<ScimServer> {
  const server = await startScimServer({ token, behaviour, faults });
  context.after(() => server.stop());
  return server;
}

/** Lets a doctor look at a target, and says what it found: a failure fails the test. */
export async function examine(
  url: string,
  options: Partial<DoctorOptions> = {},
  stopping = never,
  secret = token,
): Promise<Examination> {
  const doctor = createDoctor({
    ...targetOptions(url, secret),
    dialect: [],
    allowLeftovers: false,
    onFinding: () => undefined,
    ...options,
  });
  try {
    const examination = await doctor.examine(stopping, never);
    if (isFailure(examination)) throw new Error(`${examination.class}: ${examination.detail}`);
    assert.ok(profileFileSchema.safeParse(examination.says).success, JSON.stringify(examination.says));
    return examination;
  } finally {
    await doctor.close();
  }
}

/** Examines a server that must be empty afterwards. */
export async function examineAll(
  context: TestContext,
  behaviour: PartialBehaviour,
  options: Partial<DoctorOptions> = {},
): Promise<Examination> {
  const server = await startPatient(context, behaviour);
  const examination = await examine(server.url, options);
  assert.equal(examination.ended, undefined);
  assert.deepEqual([server.users(), server.groups(), examination.leftovers], [[], [], []]);
  assert.deepEqual(
    server.violations.filter((line) => line.startsWith('the server failed')),
    [],
  );
  return examination;
}

export function findingOf({ findings }: Examination, subject: string, trial: string): TrialFinding {
  const found = findings.find((finding) => finding.subject === subject && finding.trial === trial);
  assert.ok(found !== undefined, `${subject}: ${trial}`);
  return found;
}

export function blocking({ findings }: Examination): string[] {
  return findings
    .filter(({ blocks }) => blocks === true)
    .map(({ subject, trial, text }) => `${subject}, ${trial}: ${text}`);
}

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createDoctor } from '../../src/adapters/scim/doctor/doctor.ts';
import { profileFileSchema } from '../../src/config/schema/profile.ts';
import { isFailure } from '../../src/ports/scim-target.ts';
import { targetOptions } from '../contract/scim-target-options.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import {
  httpAnswer,
  jsonAnswer,
  startHostileTarget,
  type HostileTarget,
  type RawRequest,
} from '../support/hostile-target.ts';

const odd = fc.constantFrom<unknown>(
  '\ud800',
  'x\r\ny: z',
  '',
  '..',
  '%zz',
  '9'.repeat(400),
  null,
  -1,
  1e308,
  [],
  {},
  [[]],
  [null],
  true,
);
const resource = fc.record(
  {
    id: fc.oneof(fc.constantFrom('1', '2'), odd),
    userName: odd,
    displayName: odd,
    active: odd,
    members: fc.oneof(fc.array(fc.record({ value: odd, $ref: odd })), odd),
    meta: fc.record({ version: odd, location: odd }),
    schemas: odd,
    externalId: odd,
  },
  { requiredKeys: [] },
);
const list = fc.record({
  totalResults: fc.oneof(fc.nat(5), odd),
  Resources: fc.oneof(fc.array(resource, { maxLength: 4 }), odd),
  nextCursor: odd,
});
const bulk = fc.record({
  Operations: fc.array(
    fc.record({
      method: odd,
      bulkId: odd,
      location: fc.constantFrom('/Users/%zz', '/Users/1'),
      status: fc.constantFrom('201', '200', 7),
      version: odd,
    }),
    { maxLength: 3 },
  ),
});
const answer = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(200, 201, 204, 400, 404, 409, 412, 500),
      fc.oneof(list, resource, bulk),
      fc.constantFrom({}, { location: 'https://x/Users/%zz' }, { etag: '"x"' }),
    )
    .map(([status, body, headers]) => jsonAnswer(status, body, headers)),
  fc.string().map((text) => httpAnswer(200, text)),
);

const never = new AbortController().signal;

describe('whatever a target answers to the doctor', () => {
  let hostile: HostileTarget;
  let next: (request: RawRequest) => Uint8Array;
  before(async () => {
    hostile = await startHostileTarget((request) => next(request));
  });
  after(() => hostile.close());

  it('ends no examination as a bug of ours', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 20 }), fc.boolean(), async (answers, echoes) => {
        let asked = 0;
        next = ({ method, body }) => {
          asked += 1;
          if (echoes && method === 'POST' && asked < 30)
            return jsonAnswer(
              201,
              { ...(JSON.parse(body) as object), id: String(asked) },
              { location: 'https://x/Users/%zz' },
            );
          return answers[asked % answers.length] ?? Buffer.alloc(0);
        };
        const clock = { ...systemClock(), sleep: () => Promise.resolve() };
        const doctor = createDoctor({
          ...targetOptions(hostile.url, 'token-of-nobody', { clock }),
          dialect: [],
          allowLeftovers: false,
          onFinding: () => undefined,
        });
        try {
          const examination = await doctor.examine(never, never);
          if (!isFailure(examination))
            assert.ok(profileFileSchema.safeParse(examination.says).success, JSON.stringify(examination.says));
        } finally {
          await doctor.close();
        }
      }),
      { numRuns: 40 },
    );
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { targetOptions } from '../contract/scim-target-options.ts';
import { cycleStage, person, team } from '../support/cycle-stage.ts';
import { httpAnswer, startHostileTarget, type HostileTarget, type RawRequest } from '../support/hostile-target.ts';

/** What an answer is made of: bytes, JSON, and SCIM that is wrong in one place. */
const oddTexts = fc.constantFrom(
  '\ud800',
  'x\r\ny: z',
  '',
  '..',
  '%zz',
  '\u0000',
  '__proto__',
  'W/"1"',
  '"'.repeat(300),
  'a@example.org',
  '9'.repeat(500),
  '\u202e',
  'true',
);
const odd: fc.Arbitrary<unknown> = fc.oneof(
  oddTexts,
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(null, -1, 1e308, [], {}, [[]], [null], { value: null }),
);
const resource = fc.record(
  {
    schemas: odd,
    id: fc.oneof(fc.constantFrom('1', '2', 'a'), odd),
    ID: odd,
    externalId: fc.oneof(fc.constantFrom('anna', 'bert', 'crew'), odd),
    userName: fc.oneof(fc.constantFrom('anna@example.org'), odd),
    displayName: odd,
    active: fc.oneof(fc.boolean(), odd),
    emails: odd,
    title: odd,
    manager: odd,
    groups: odd,
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': fc.oneof(fc.record({ manager: odd }), odd),
    members: fc.oneof(
      fc.array(
        fc.record({ value: odd, $ref: fc.constantFrom('https://x/Users/%zz', '/Users/1') }, { requiredKeys: [] }),
      ),
      odd,
    ),
    meta: fc.oneof(
      fc.record({ version: odd, created: odd, location: odd, resourceType: odd }, { requiredKeys: [] }),
      odd,
    ),
  },
  { requiredKeys: ['id'] },
);
const list = fc.record(
  {
    schemas: fc.constant(['urn:ietf:params:scim:api:messages:2.0:ListResponse']),
    totalResults: fc.oneof(fc.nat(5), odd),
    startIndex: odd,
    itemsPerPage: odd,
    nextCursor: odd,
    Resources: fc.oneof(fc.array(resource, { maxLength: 4 }), odd),
  },
  { requiredKeys: ['schemas', 'Resources'] },
);
const bulk = fc.record({
  Operations: fc.array(
    fc.record(
      {
        method: odd,
        bulkId: odd,
        location: fc.constantFrom('/Users/%zz', '/Users/1'),
        status: fc.oneof(fc.constantFrom('201', '200', '404'), odd),
        response: fc.oneof(resource, odd),
        version: odd,
      },
      { requiredKeys: ['status'] },
    ),
    { maxLength: 3 },
  ),
});
const error = fc.record({
  schemas: fc.constant(['urn:ietf:params:scim:api:messages:2.0:Error']),
  detail: odd,
  scimType: odd,
  status: odd,
  Errors: odd,
  errors: odd,
});
const config = fc.record({
  patch: odd,
  bulk: fc.oneof(fc.record({ supported: fc.constant(true), maxOperations: odd, maxPayloadSize: odd }), odd),
  filter: odd,
  etag: fc.oneof(fc.constant({ supported: true }), odd),
  pagination: odd,
});
const deep = fc.constantFrom(
  `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
  `{"Resources":${'['.repeat(5000)}`,
  `{"id":"1","emails":${'['.repeat(200)}${']'.repeat(200)}}`,
);
const body: fc.Arbitrary<Uint8Array | string> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.oneof(list, resource, resource, error, bulk, config).map((value) => JSON.stringify(value)),
  },
  { weight: 1, arbitrary: fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.string(), deep, fc.json()) },
);
const header = fc.constantFrom<Readonly<Record<string, string>>>(
  {},
  {},
  { etag: 'W/"1"' },
  { etag: `"${'x'.repeat(300)}"` },
  { location: 'https://elsewhere.example/Users/%zz' },
  { location: '//[' },
  { 'retry-after': '-1' },
  { 'retry-after': '0' },
  { date: 'never' },
  { 'content-encoding': 'gzip' },
  { 'content-encoding': 'gzip, gzip, gzip, br' },
  { 'content-type': 'text/html' },
  { 'content-length': '5' },
  { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999999999999' },
  { ratelimit: '"a";r=0;t=1e9' },
);
const status = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(200, 200, 200, 201, 204) },
  { weight: 1, arbitrary: fc.constantFrom(202, 302, 400, 401, 403, 404, 409, 412, 428, 429, 500, 501, 503, 999) },
);
const answer = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(status, body, header).map(([code, content, headers]) => httpAnswer(code, content, headers)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)) },
);

/** Time flies: who sleeps has slept already. */
function hastyClock(): Clock {
  let passed = 0;
  return {
    now: () => Date.UTC(2026, 0, 5, 8) + passed,
    monotonic: () => passed,
    random: () => 0.5,
    sleep: async (milliseconds, signal) => {
      signal.throwIfAborted();
      passed += Math.max(1, milliseconds);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('whatever bytes a target answers', () => {
  let hostile: HostileTarget;
  let next: (request: RawRequest) => Uint8Array;
  before(async () => {
    hostile = await startHostileTarget((request) => next(request));
  });
  after(() => hostile.close());

  it('ends no cycle as a bug of ours, in any of the ways to write', async () => {
    const ways = fc.record({
      update: fc.constantFrom('patch', 'put'),
      etag: fc.constantFrom('auto', 'required'),
      paging: fc.constantFrom('index', 'cursor'),
      discovery: fc.boolean(),
      bulk: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(answer, { minLength: 1, maxLength: 12 }),
        ways,
        fc.boolean(),
        async (answers, way, knows) => {
          let asked = 0;
          next = () => answers[(asked += 1) % answers.length] ?? Buffer.alloc(0);
          const clock = hastyClock();
          const dialect = {
            users: { update: way.update },
            groups: { update: way.update },
            etag: way.etag,
            list: { paging: way.paging },
            discovery: { use: way.discovery },
            bulk: { use: way.bulk },
          } as const;
          const faults: unknown[] = [];
          const target = createScimTarget(
            targetOptions(hostile.url, 'token-of-nobody', {
              clock,
              timeouts: { requestMilliseconds: 2_000 },
              dialect: [{ origin: 'config', says: dialect }],
              onFault: (thrown) => void faults.push(thrown),
            }),
          );
          try {
            const stage = cycleStage([
              person('anna'),
              person('bert', { manager: 'CN=anna,OU=Staff,DC=corp' }),
              team('crew', ['anna']),
            ]);
            if (knows) await stage.cycle();
            stage.source.put(person('anna', { title: 'Boss' }));
            if (knows) stage.source.remove('bert');
            const { report } = await stage.cycle({
              prepare: () => Promise.resolve({ ...stage.setup, target }),
              clock,
              attempt: 'everything',
            });
            assert.notEqual(report.error?.code, 'D2S_INTERNAL', report.error?.message);
            assert.deepEqual(faults, []);
            await target.discover(new AbortController().signal);
            assert.deepEqual(faults, []);
          } finally {
            await target.close();
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

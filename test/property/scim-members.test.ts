import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { nextMemberRequest, type Member, type MemberLimits } from '../../src/adapters/scim/write/member-requests.ts';
import { patchBody, type PatchOperation } from '../../src/adapters/scim/write/patch.ts';
import { layDialect } from '../../src/core/dialect/layers.ts';
import { rfc7644 } from '../../src/core/dialect/rfc7644.ts';

const ids = fc.uniqueArray(fc.oneof(fc.stringMatching(/^[a-z0-9-]{1,40}$/), fc.constantFrom('a"b', 'ä\\ö')), {
  maxLength: 60,
});
const people = fc.uniqueArray(
  fc.record({ id: fc.stringMatching(/^[A-Z0-9-]{1,40}$/), type: fc.constantFrom('user', 'group') }),
  { maxLength: 60, selector: ({ id }) => id },
);
const size = fc.constantFrom(1, 2, 3, 7, 20, 100);
const dialects = fc.record({
  patch: fc.record({ maxOperations: size, mixed: fc.boolean(), operationCase: fc.constantFrom('lower', 'capital') }),
  members: fc.record({
    add: fc.constantFrom('array', 'ids', 'nested', 'pathless'),
    remove: fc.constantFrom('filter', 'filter-or', 'values'),
    addPerRequest: size,
    removePerRequest: size,
    valuesPerOperation: size,
    maxBytes: fc.constantFrom(250, 400, 1000, 100_000),
  }),
});

/** The ids that operations are about, operation by operation. */
function idsIn({ path, value }: PatchOperation): unknown[] {
  if (path !== undefined && path.includes('['))
    return [...path.matchAll(/value eq ("(?:[^"\\]|\\.)*")/g)].map(([, text = '']) => JSON.parse(text) as unknown);
  const list = Array.isArray(value) ? value : (value as { readonly members: unknown[] }).members;
  return list.map((element: unknown) =>
    typeof element === 'string' ? element : (element as { readonly value: unknown }).value,
  );
}

describe('changes of members', () => {
  it('come in requests that keep every limit, and that together say everything once and in order', () => {
    fc.assert(
      fc.property(people, ids, dialects, (add, remove, says) => {
        const dialect = layDialect(rfc7644, [{ origin: 'profile', says }]);
        const { members, patch } = dialect;
        const limits: MemberLimits = {
          add: members.addPerRequest,
          remove: members.removePerRequest,
          mixed: patch.mixed,
        };
        const said: { readonly added: unknown[]; readonly removed: unknown[] } = { added: [], removed: [] };
        let [joining, leaving]: [readonly Member[], readonly string[]] = [add, remove];
        while (joining.length + leaving.length > 0) {
          const { operations, added, removed } = nextMemberRequest(joining, leaving, limits, dialect);
          assert.ok(added + removed > 0, 'it goes on');
          assert.ok(
            added / limits.add + removed / limits.remove < 1 + 1e-6 && operations.length <= patch.maxOperations,
          );
          assert.ok(patch.mixed || added === 0 || removed === 0);
          const bytes = Buffer.byteLength(JSON.stringify(patchBody(operations, patch.operationCase)));
          assert.ok(bytes <= members.maxBytes || added + removed === 1, `${bytes} bytes`);
          for (const operation of operations) {
            const about = idsIn(operation);
            assert.ok(about.length > 0 && about.length <= members.valuesPerOperation);
            (operation.op === 'remove' ? said.removed : said.added).push(...about);
          }
          joining = joining.slice(added);
          leaving = leaving.slice(removed);
        }
        assert.deepEqual(said, { added: add.map(({ id }) => id), removed: remove });
      }),
      { numRuns: 1000 },
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { patchBody, patchRequests } from '../../src/adapters/scim/write/patch.ts';
import { mergeChanges } from '../../src/adapters/scim/write/put.ts';
import { needLists, withWholeLists } from '../../src/adapters/scim/write/whole-lists.ts';
import { toWire, type WireChange } from '../../src/adapters/scim/write/wire-change.ts';
import { layDialect, type PartialDialect } from '../../src/core/dialect/layers.ts';
import { rfc7644 } from '../../src/core/dialect/rfc7644.ts';
import { readScimPath, scimPath } from '../../src/core/mapping/scim-path.ts';
import type { ScimChange } from '../../src/ports/scim-target.ts';
import { behaviourOf } from '../support/scim-server/behaviour.ts';
import { applyPatch } from '../support/scim-server/patch.ts';
import type { Json } from '../support/scim-server/protocol.ts';
import { receivePatch } from '../support/scim-server/receive-patch.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const paths = [
  'title',
  'name.givenName',
  'name.familyName',
  'emails[type eq "work"].value',
  'emails[type eq "home"].value',
  'phoneNumbers[type eq "work"].value',
  'addresses[type eq "work"].streetAddress',
  'addresses[type eq "work"].locality',
  `${enterprise}:department`,
  `${enterprise}:manager.value`,
];
const values = fc.constantFrom('a', 'B "c" \\', 'ä');

const dialects: fc.Arbitrary<PartialDialect> = fc.record({
  patch: fc.record({
    operationCase: fc.constantFrom('lower', 'capital'),
    paths: fc.constantFrom('each', 'object', 'dotted'),
    activePathless: fc.boolean(),
    valueFilters: fc.boolean(),
    extensionPaths: fc.constantFrom('colon', 'object'),
    clear: fc.constantFrom('remove', 'null', 'empty'),
    maxOperations: fc.constantFrom(1, 2, 100),
  }),
  values: fc.record({
    booleans: fc.constantFrom('boolean', 'string'),
    manager: fc.constantFrom('object', 'string', 'array', 'sub-attribute'),
    primary: fc.boolean(),
    lowerCaseLogins: fc.boolean(),
  }),
});

/** What a resource says: elements as a set, without shells that say nothing but which they are, and without primary marks. */
function sayings(body: Json): unknown {
  const entries = Object.entries(body).flatMap(([key, value]): [string, unknown][] => {
    if (key === 'schemas') return [];
    if (!Array.isArray(value)) return [[key, value]];
    const elements = value.map((element: Json) =>
      Object.entries(element)
        .filter(([name]) => name !== 'primary')
        .sort(),
    );
    const texts = elements
      .filter((element) => element.length > 1)
      .map((element) => JSON.stringify(element))
      .sort();
    return texts.length === 0 ? [] : [[key, texts]];
  });
  return withoutEmpty(Object.fromEntries(entries));
}

/** null is no value (RFC 7643 §2.5), and "" is what some have in its place. */
function withoutEmpty(object: object): object {
  const inner = Object.entries(object).map(
    ([key, value]: [string, unknown]) =>
      [
        key,
        typeof value === 'object' && value !== null && !Array.isArray(value) ? withoutEmpty(value) : value,
      ] as const,
  );
  return Object.fromEntries(
    inner.filter(
      ([, value]) => value !== null && value !== '' && !(typeof value === 'object' && Object.keys(value).length === 0),
    ),
  );
}

/** A server that understands every way of saying it. */
const behaviour = behaviourOf({
  patch: { operationCase: 'any', clear: ['remove', 'null', 'empty'], noMatch: 'adds' },
  values: { booleans: 'either', manager: ['object', 'string', 'array', 'sub-attribute'] },
});
const rules = { noMatch: 'adds', addReplaces: false, repeated: 'once', valueRemovals: false } as const;

function patched(held: Json, changes: readonly WireChange[], says: PartialDialect): Json {
  const dialect = layDialect(rfc7644, [{ origin: 'profile', says }]);
  const said = needLists(changes, dialect) ? withWholeLists(held, changes, dialect.values) : changes;
  const resource = structuredClone(held);
  for (const request of patchRequests(said, dialect)) {
    assert.ok(request.length > 0 && request.length <= dialect.patch.maxOperations);
    applyPatch(
      'User',
      resource,
      receivePatch('User', patchBody(request, dialect.patch.operationCase), behaviour),
      rules,
    );
  }
  return resource;
}

describe('changes', () => {
  it('come to the same in every dialect: what a PATCH says is what a merge makes', () => {
    const contents = fc.dictionary(fc.constantFrom(...paths), values);
    const updates = fc.dictionary(fc.constantFrom(...paths, 'active'), fc.option(values), { minKeys: 1 });
    fc.assert(
      fc.property(contents, updates, dialects, (before, update, says) => {
        const dialect = layDialect(rfc7644, [{ origin: 'profile', says }]);
        const wire = (change: ScimChange): WireChange => toWire(change, dialect.values);
        const held: Json = {};
        mergeChanges(
          held,
          Object.entries(before).map(([path, value]) => wire({ path, change: 'set', value, had: false })),
        );
        const has = (path: string): boolean => readScimPath(held, scimPath(path)) !== undefined;
        const changes = Object.entries(update).flatMap(([path, value]): WireChange[] => {
          if (path === 'active') return [wire({ path, change: 'set', value: value === null, had: true })];
          if (value !== null) return [wire({ path, change: 'set', value, had: has(path) })];
          return has(path) ? [wire({ path, change: 'clear' })] : [];
        });
        const merged = structuredClone(held);
        mergeChanges(merged, changes);
        assert.deepEqual(sayings(patched(held, changes, says)), sayings(merged));
      }),
      { numRuns: 2000 },
    );
  });
});

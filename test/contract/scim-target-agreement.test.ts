import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import type { ScimValue } from '../../src/core/model/resource.ts';
import type { ScimChange, ScimTarget } from '../../src/ports/scim-target.ts';
import { createFakeTarget } from '../support/fake-target.ts';
import { startScimServer, type ScimServer } from '../support/scim-server/server.ts';
import { contentOf } from './resource-content.ts';
import { applied, clear, enterprise, set, signal, type Body } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';

const paths = [
  'title',
  'name.givenName',
  'name.familyName',
  'emails[type eq "work"].value',
  'emails[type eq "home"].value',
  'addresses[type eq "work"].streetAddress',
  'addresses[type eq "work"].locality',
  'addresses[type eq "other"].locality',
  `${enterprise}:department`,
  `${enterprise}:manager.value`,
];

/** What one update changes: path → value, or null to clear it. */
const update = fc.dictionary(fc.constantFrom(...paths), fc.option(fc.constantFrom('a', 'b "c" \\', 'ä')), {
  minKeys: 1,
  maxKeys: 5,
});

/** Lists as sets; an element that says nothing but its type says nothing. */
function comparable(body: Body | undefined): unknown {
  const content = Object.entries(Object(contentOf(body)) as Record<string, unknown>).map(([key, value]) => {
    if (!Array.isArray(value)) return [key, value] as const;
    const elements: readonly unknown[] = value;
    const texts = elements
      .filter((element) => Object.keys(Object(element) as object).length > 1)
      .map((element) => JSON.stringify(Object.entries(Object(element) as object).sort()));
    return [key, texts.sort()] as const;
  });
  return Object.fromEntries(content.filter(([, value]) => !Array.isArray(value) || value.length > 0));
}

describe('PATCH, PUT and the fake', () => {
  const servers: ScimServer[] = [];
  const targets: ScimTarget[] = [];
  const fake = createFakeTarget({ name: 'fake' });

  before(async () => {
    for (const faults of [{}, { patch: 501 }] as const) {
      const server = await startScimServer({ faults });
      servers.push(server);
      targets.push(createScimTarget(targetOptions(server.url, 'any')));
    }
    targets.push(fake);
  });
  after(async () => {
    for (const target of targets) await target.close();
    for (const server of servers) await server.stop();
  });

  it('make the same resource of the same changes', async () => {
    let people = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(update, { minLength: 1, maxLength: 5 }), fc.boolean(), async (updates, forgetful) => {
        people += 1;
        const attributes = new Map<string, ScimValue>([
          ['userName', `person${people}`],
          ['active', true],
        ]);
        const ids = await Promise.all(
          targets.map(async (target) => applied(await target.create('user', attributes, signal))),
        );
        const held = new Set<string>();
        for (const changed of updates) {
          // A forgetful caller believes that everything is there; what is there is never believed to be missing.
          const changes = Object.entries(changed).map(([path, value]): ScimChange =>
            value === null ? clear(path) : set(path, value, forgetful || held.has(path)),
          );
          for (const [index, target] of targets.entries())
            applied(await target.update('user', ids[index] ?? '', changes, signal));
          for (const [path, value] of Object.entries(changed)) {
            if (value === null) held.delete(path);
            else held.add(path);
          }
          const [patched, put] = servers.map((server, index) =>
            comparable(server.users().find((body) => body['id'] === ids[index])),
          );
          const expected = comparable(fake.users().find((body) => body['id'] === ids[2]));
          assert.deepEqual(patched, expected, 'PATCH');
          assert.deepEqual(put, expected, 'PUT');
        }
      }),
      { numRuns: 60 },
    );
    assert.deepEqual(
      servers.flatMap((server) => server.violations),
      [],
    );
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { buildBody, scimPath } from '../../src/core/mapping/scim-path.ts';
import type { ScimValue } from '../../src/core/model/resource.ts';
import { digestAttributes } from '../../src/core/planning/diff.ts';
import { compareResource } from '../../src/core/verify/compare-resource.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
const targetIdOf = (): undefined => undefined;

const text = fc.string({ minLength: 1, maxLength: 12 }).filter((one) => /[\p{L}\p{N}]/u.test(one));
const values = fc
  .record(
    {
      userName: text,
      title: text,
      'name.givenName': text,
      'name.familyName': text,
      'emails[type eq "work"].value': text,
      'phoneNumbers[type eq "work"].value': text,
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department': text,
      'urn:example:User:roles': fc.uniqueArray(text, { minLength: 1, maxLength: 4 }),
    },
    { requiredKeys: ['userName'] },
  )
  .map((record) => new Map<string, ScimValue>(Object.entries(record)));

const compare = (wanted: ReadonlyMap<string, ScimValue>, body: Record<string, unknown>) =>
  compareResource({
    resource: { attributes: wanted },
    link: { attributes: digestAttributes(wanted, digest, targetIdOf) },
    body,
    digest,
    targetIdOf,
  });

/** As targets give back what they were given: other case, order and forms, and more than that. */
function respelled(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => respelled(one, seed)).reverse();
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, inner]) => [
          seed % 3 === 0 && !key.startsWith('urn:') ? key.toUpperCase() : key,
          respelled(inner, seed),
        ])
        .reverse(),
    );
  if (typeof value !== 'string') return value;
  if (seed % 2 === 0) return ` ${value} `;
  return seed % 5 === 0 ? value.normalize('NFD') : value;
}

describe('comparing with what a target shows', () => {
  it('finds no drift in what was stored, in whatever spelling and with whatever else', () => {
    fc.assert(
      fc.property(values, fc.nat(30), (wanted, seed) => {
        const body = respelled(buildBody(wanted), seed) as Record<string, unknown>;
        const { values: drift, absent, waiting } = compare(wanted, { ...body, id: 'x', meta: { created: 'today' } });
        assert.deepEqual({ drift, absent, waiting }, { drift: [], absent: [], waiting: 0 });
      }),
    );
  });

  it('finds each attribute that others changed, and no other', () => {
    fc.assert(
      fc.property(values, fc.nat(), (wanted, at) => {
        const paths = [...wanted.keys()];
        const path = paths[at % paths.length] ?? 'userName';
        const stored = new Map(wanted).set(path, path.endsWith('roles') ? ['xq1', 'xq2'] : 'xq something else 7');
        fc.pre(JSON.stringify(wanted.get(path)) !== JSON.stringify(stored.get(path)));
        assert.deepEqual(
          compare(wanted, buildBody(stored)).values.map((one) => one.path),
          [path],
        );
      }),
    );
  });

  it('calls nothing drift that the target never acknowledged', () => {
    fc.assert(
      fc.property(values, values, (wanted, other) => {
        const { values: drift, absent } = compareResource({
          resource: { attributes: wanted },
          link: { attributes: {} },
          body: buildBody(other),
          digest,
          targetIdOf,
        });
        assert.deepEqual({ drift, absent }, { drift: [], absent: [] });
      }),
    );
  });

  it('takes any answer, however strange', () => {
    fc.assert(
      fc.property(
        values,
        fc.dictionary(fc.constantFrom('title', 'emails', 'name', 'userName'), fc.jsonValue()),
        (wanted, body) => {
          const { values: drift } = compare(wanted, body);
          for (const { path } of drift) assert.equal(scimPath(path).text, path);
        },
      ),
    );
  });
});

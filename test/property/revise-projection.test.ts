import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareProjections } from '../../src/core/mapping/compare-projections.ts';
import { draftProjection, projectTarget } from '../../src/core/mapping/project.ts';
import { reviseProjection } from '../../src/core/mapping/revise-projection.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import { inOneGo } from '../../src/core/model/steps.ts';
import { definition, dnOf, dnOfGroup, entry, group, now } from '../support/entries.ts';

const people = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5'];

const mostly = (usual: string, ...others: string[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

/** As Active Directory has it: 100 ns since 1601. */
const inMinutes = (minutes: number): string => `${now + minutes * 60_000 + 11_644_473_600_000}0000`;

/** Someone who may share a mail address or login, be out of scope, be rejected, expire soon, have another DN or primary group. */
const user = (id: string) =>
  fc
    .record({
      mail: mostly(`${id}@x`, 'shared@x', ''),
      title: fc.constantFrom<string | string[]>('a', 'b', '', ' ', ['b', 'a'], ['a', 'c']),
      uid: mostly(id, id.toUpperCase(), 'p0'),
      level: mostly('2', '1', 'x'),
      manager: fc.constantFrom(...people, 'nobody'),
      ends: fc.constantFrom(...[-1, 0, 1, 50].map(inMinutes)),
      dn: mostly(dnOf(id), `CN=${id},OU=Other,DC=corp`),
      primary: mostly('513', '514'),
    })
    .map(({ dn, mail, title, primary, ...rest }) =>
      entry(
        id,
        {
          ...rest,
          manager: dnOf(rest.manager),
          primaryGroupId: primary,
          ...(mail === '' ? {} : { mail }),
          ...(title === '' ? {} : { title }),
        },
        { dn },
      ),
    );

const teams = [
  group('g0', people.slice(0, 3).map(dnOf), { primaryGroupToken: '513' }),
  group('g1', [dnOfGroup('g0'), dnOf('p5'), dnOf('stranger')], { primaryGroupToken: '514' }),
  group('g2', [dnOfGroup('elsewhere')], { memberUid: ['p0', 'P1', 'p3', 'nobody'] }),
];

const target = (where: boolean, memberOf: boolean) =>
  definition({
    users: {
      userName: 'mail',
      title: 'title',
      active: '!expired(ends)',
      'enterprise.manager': 'ref(manager)',
      'enterprise.department': 'memberOf("CN=g1,OU=Groups,DC=corp") ? "in" : null',
    },
    scope: {
      user: { ...(where ? { where: 'int(level) > 1' } : {}), ...(memberOf ? { memberOf: [dnOfGroup('g1')] } : {}) },
    },
    match: { user: ['externalId', 'userName'] },
  });

const cases = fc.record({
  users: fc.tuple(...people.map(user)),
  changed: fc.integer({ min: 0, max: people.length - 1 }).chain((at) => user(`p${at}`)),
  where: fc.boolean(),
  memberOf: fc.boolean(),
  later: fc.constantFrom(0, 0, 30_000, 2 * 60_000, -3 * 60_000),
});

describe('a projection that is revised', () => {
  it('goes by the directory that owns an entry, whatever another one shows of it', () => {
    const own = definition({ directories: ['corp', 'branch'], users: { userName: 'lower(mail)', title: 'title' } });
    const shown = (directory: string, title: string) =>
      entry('p0', { mail: 'p0@x', title }, { directory, dn: dnOf(`p0,OU=${directory}`) });
    const entries = [shown('corp', 'a'), shown('branch', 'a'), entry('p1', { mail: 'p1@x' })];
    for (const changed of [shown('branch', 'b'), shown('corp', 'c')]) {
      const after = entries.map((one) =>
        one.id === changed.id && one.directory === changed.directory ? changed : one,
      );
      const revised = reviseProjection(draftProjection(entries, own, now), [changed], own, now);
      assert.deepEqual(
        (revised?.projection ?? projectTarget(after, own, now)).resources,
        projectTarget(after, own, now).resources,
      );
    }
  });

  it('is the one that would be made of everything', () => {
    let revisions = 0;
    fc.assert(
      fc.property(cases, ({ users, changed, where, memberOf, later }) => {
        const own = target(where, memberOf);
        const entries: Entry[] = [...users, ...teams];
        const after = entries.map((one) => (one.id === changed.id ? changed : one));
        const revised = reviseProjection(draftProjection(entries, own, now), [changed], own, now + later);
        if (revised === undefined) return;
        revisions += 1;
        const whole = projectTarget(after, own, now + later);
        assert.deepEqual(
          [revised.projection.resources, revised.projection.rejected],
          [whole.resources, whole.rejected],
        );
        assert.ok(revised.projection.holdsUntil <= whole.holdsUntil, 'at the latest when something changes with time');
        // And once more, from what was revised.
        const back = users.find(({ id }) => id === changed.id);
        const again = back && reviseProjection(revised, [back], own, now + later);
        if (again !== undefined)
          assert.deepEqual(again.projection.resources, projectTarget(entries, own, now + later).resources);
      }),
      { numRuns: 1_000 },
    );
    assert.ok(revisions > 100, `it is seldom possible: ${revisions}`);
  });

  it('differs from the one before by exactly those who changed, came or left', () => {
    fc.assert(
      fc.property(cases, ({ users, changed, where, memberOf }) => {
        const own = target(where, memberOf);
        const entries: Entry[] = [...users, ...teams];
        const before = projectTarget(entries, own, now);
        const after = projectTarget(
          entries.flatMap((one) => (one.id !== changed.id ? one : changed.attributes.has('title') ? changed : [])),
          own,
          now,
        );
        const { changed: ids, left } = inOneGo(compareProjections(before, after));
        const all = (projection: typeof before) =>
          new Map([...projection.resources, ...projection.rejected].map((one) => [one.sourceId, one]));
        for (const [id, one] of all(after)) if (!ids.has(id)) assert.deepEqual(one, all(before).get(id));
        assert.deepEqual([...left].sort(), [...all(before).keys()].filter((id) => !all(after).has(id)).sort());
      }),
      { numRuns: 300 },
    );
  });
});

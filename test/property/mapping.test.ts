import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { explainEntry } from '../../src/core/mapping/explain.ts';
import { draftProjection, projectTarget } from '../../src/core/mapping/project.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import { definition, dnOf, dnOfGroup, entry, group, now } from '../support/entries.ts';

const people = ['p0', 'p1', 'p2', 'p3', 'p4'];
const groups = ['g0', 'g1', 'g2', 'g3'];

/** Groups in groups in any way, circles included; people who share names, have none, or point to each other. */
const directories: fc.Arbitrary<Entry[]> = fc
  .record({
    users: fc.array(
      fc.record({
        mail: fc.constantFrom('a@x', 'A@x', 'b@x', 'c@x', ''),
        level: fc.constantFrom('1', '2', 'x', ''),
        manager: fc.constantFrom(...people),
      }),
      { minLength: 5, maxLength: 5 },
    ),
    members: fc.array(fc.uniqueArray(fc.constantFrom(...people.map(dnOf), ...groups.map(dnOfGroup), 'CN=gone')), {
      minLength: 4,
      maxLength: 4,
    }),
  })
  .map(({ users, members }) => [
    ...users.map(({ mail, level, manager }, at) =>
      entry(`p${at}`, { ...(mail === '' ? {} : { mail }), ...(level === '' ? {} : { level }), manager: dnOf(manager) }),
    ),
    ...members.map((dns, at) => group(`g${at}`, dns)),
  ]);

const definitions = fc
  .record({
    nested: fc.constantFrom('flatten' as const, 'keep' as const, 'direct' as const),
    where: fc.boolean(),
    memberOf: fc.subarray(groups, { maxLength: 2 }),
  })
  .map(({ nested, where, memberOf }) =>
    definition({
      users: {
        userName: 'mail',
        'enterprise.manager': 'ref(manager)',
        title: 'memberOf("CN=g0,OU=Groups,DC=corp") ? "in" : null',
      },
      scope: { user: { ...(where ? { where: 'int(level) > 1' } : {}), memberOf: memberOf.map(dnOfGroup) } },
      nested,
    }),
  );

describe('what a target should hold', () => {
  it('does not depend on the order of the entries', () => {
    const shuffled = directories.chain((entries) =>
      fc.tuple(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length })),
    );
    fc.assert(
      fc.property(shuffled, definitions, ([entries, others], target) => {
        assert.deepEqual(projectTarget(others, target, now), projectTarget(entries, target, now));
      }),
    );
  });

  it('has every entry once: as a resource, rejected, or out of scope by a condition', () => {
    fc.assert(
      fc.property(directories, definitions, (entries, target) => {
        const { resources, rejected } = projectTarget(entries, target, now);
        const written = [...resources, ...rejected].map(({ sourceId }) => sourceId);
        assert.equal(new Set(written).size, written.length);
        for (const { id } of entries) {
          const explanation = explainEntry(id, entries, target, draftProjection(entries, target, now));
          assert.equal(explanation?.inScope !== 'no', written.includes(id));
          assert.deepEqual(
            explanation?.resource,
            resources.find(({ sourceId }) => sourceId === id),
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  it('has in each group exactly who can be reached, each once, and nobody who is not wanted', () => {
    fc.assert(
      fc.property(directories, definitions, (entries, target) => {
        const { resources, rejected } = projectTarget(entries, target, now);
        const wanted = new Set([...resources, ...rejected].map(({ sourceId }) => sourceId));
        const byDn = new Map(entries.map((one) => [one.dn, one]));
        const direct = (one: Entry) => (one.attributes.get('member') ?? []).flatMap((dn) => byDn.get(String(dn)) ?? []);
        for (const { sourceId, type, members } of resources) {
          const own = entries.find(({ id }) => id === sourceId);
          if (type !== 'group' || own === undefined) continue;
          // The same by repeated widening, until nothing is added.
          let reached = new Set(direct(own));
          for (let size = -1; target.nested === 'flatten' && size !== reached.size;) {
            size = reached.size;
            reached = new Set([...reached, ...[...reached].flatMap(direct)]);
          }
          const expected = [...reached].filter(
            (one) => wanted.has(one.id) && one.id !== sourceId && (one.type === 'user' || target.nested === 'keep'),
          );
          assert.deepEqual(members, expected.map(({ id }) => id).sort());
        }
      }),
    );
  });

  it('is the same for what is known from before as for what is read anew, whatever the clock does', () => {
    const hour = 3_600_000;
    const target = definition({
      users: { userName: 'uid', active: '!expired(expires)' },
      scope: { user: { where: '!expired(joins) || expired(leaves)' } },
    });
    const time = fc.integer({ min: -6, max: 6 });
    const times = fc.array(fc.record({ expires: time, joins: time, leaves: time }), { minLength: 1, maxLength: 5 });
    const fileTime = (hours: number) => `${now + hours * hour + 11_644_473_600_000}0000`;
    fc.assert(
      fc.property(times, fc.array(time, { minLength: 1, maxLength: 8 }), (all, moments) => {
        const read = () =>
          all.map((own, at) =>
            entry(`p${at}`, {
              uid: `p${at}`,
              ...Object.fromEntries(Object.entries(own).map(([name, hours]) => [name, fileTime(hours)])),
            }),
          );
        const known = read();
        for (const moment of moments.map((hours) => now + hours * hour + 1)) {
          const projection = projectTarget(known, target, moment);
          assert.deepEqual(projection, projectTarget(read(), target, moment));
          const last = Math.min(projection.holdsUntil, moment + 20 * hour) - 1;
          assert.deepEqual(projectTarget(read(), target, last), projection);
        }
      }),
    );
  });

  it('has everyone once, whichever directories show them, and nobody leaves it because more of them do', () => {
    const names = ['corp', 'branch', 'lab'];
    const people = fc.array(
      fc.record({
        id: fc.constantFrom('a', 'b', 'c'),
        directory: fc.constantFrom(...names),
        level: fc.constantFrom('1', '2', 'x'),
      }),
      { maxLength: 9 },
    );
    const shown = people.map((all) => [
      ...new Map(
        all.map(({ id, directory, level }) => [`${id} ${directory}`, entry(id, { uid: id, level }, { directory })]),
      ).values(),
    ]);
    const target = definition({
      directories: names,
      users: { userName: 'uid', title: 'level' },
      scope: { user: { where: 'int(level) > 1' } },
    });
    const wanted = (entries: readonly Entry[]) => {
      const { resources, rejected } = projectTarget(entries, target, now);
      const own = rejected.filter(({ reasons }) => reasons[0]?.code !== 'duplicate_entry');
      return [...resources, ...own].map(({ sourceId }) => sourceId).sort();
    };
    fc.assert(
      fc.property(
        shown.chain((entries) =>
          fc.tuple(
            fc.constant(entries),
            fc.shuffledSubarray(entries),
            fc.shuffledSubarray(entries, { minLength: entries.length }),
          ),
        ),
        ([entries, some, shuffled]) => {
          const all = wanted(entries);
          assert.equal(new Set(all).size, all.length);
          assert.ok(wanted(some).every((id) => all.includes(id)));
          assert.deepEqual(projectTarget(shuffled, target, now), projectTarget(entries, target, now));
        },
      ),
    );
  });

  it('never has two users of the same name', () => {
    fc.assert(
      fc.property(directories, definitions, (entries, target) => {
        const names = projectTarget(entries, target, now)
          .resources.filter(({ type }) => type === 'user')
          .map(({ attributes }) => JSON.stringify(attributes.get('userName')).toLowerCase());
        assert.equal(new Set(names).size, names.length);
      }),
    );
  });
});

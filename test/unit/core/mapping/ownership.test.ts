import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainEntry } from '../../../../src/core/mapping/explain.ts';
import { draftProjection, projectTarget } from '../../../../src/core/mapping/project.ts';
import { Reference } from '../../../../src/core/model/resource.ts';
import { definition, dnOf, dnOfGroup, entry, group, now } from '../../../support/entries.ts';

describe('an entry that two directories show', () => {
  const target = definition({ directories: ['corp', 'copy'], users: { userName: 'uid', title: 'title' } });
  const ann = entry('ann', { uid: 'ann', title: 'first' });
  const again = entry('ann', { uid: 'ann', title: 'second' }, { directory: 'copy' });

  it('is written once, as the first directory has it, and reported once', () => {
    for (const entries of [
      [ann, again],
      [again, ann],
    ]) {
      const { resources, rejected } = projectTarget(entries, target, now);
      assert.deepEqual(
        resources.map(({ sourceId, directory, attributes }) => [sourceId, directory, attributes.get('title')]),
        [['ann', 'corp', 'first']],
      );
      assert.deepEqual(rejected, [
        {
          sourceId: 'ann',
          directory: 'copy',
          type: 'user',
          label: dnOf('ann'),
          active: undefined,
          reasons: [
            { code: 'duplicate_entry', text: 'directory copy shows the same entry as corp, and only that one counts' },
          ],
        },
      ]);
    }
  });

  it('is never written as a directory has it that the target does not follow', () => {
    const { resources, rejected } = projectTarget([again, ann], definition({ users: { userName: 'uid' } }), now);
    assert.deepEqual([resources.map(({ directory }) => directory), rejected], [['corp'], []]);
  });

  it('is in scope when it is so in one of them: nobody leaves because another shows them as well', () => {
    const scoped = definition({
      directories: ['corp', 'copy'],
      users: { userName: 'uid', title: 'title' },
      scope: { user: { where: 'title == "second"' } },
    });
    const { resources, rejected } = projectTarget([ann, again], scoped, now);
    assert.deepEqual(
      resources.map(({ sourceId, directory }) => [sourceId, directory]),
      [['ann', 'copy']],
    );
    assert.deepEqual(
      rejected.map(({ directory, reasons }) => [directory, reasons[0]?.code]),
      [['corp', 'duplicate_entry']],
    );
    const explanation = explainEntry('ann', [ann, again], scoped, draftProjection([ann, again], scoped, now));
    assert.deepEqual(
      [explanation?.directory, explanation?.inScope, explanation?.resource?.directory, explanation?.rejected],
      ['copy', 'yes', 'copy', undefined],
    );
  });

  it('is out of scope, and not reported, where it is so in both', () => {
    const scoped = definition({
      directories: ['corp', 'copy'],
      users: { userName: 'uid' },
      scope: { user: { where: 'title == "third"' } },
    });
    assert.deepEqual(projectTarget([ann, again], scoped, now), { resources: [], rejected: [], holdsUntil: Infinity });
  });

  it('is one member, and one manager, also for a third directory', () => {
    const third = definition({
      directories: ['third', 'corp', 'copy'],
      sees: { third: ['corp', 'copy'], corp: ['copy'] },
      users: { userName: 'uid', 'enterprise.manager': 'ref(manager)' },
    });
    const staff = group('staff', [dnOf('ann'), dnOf('ann').toLowerCase()], {}, { directory: 'third' });
    const bob = entry('bob', { uid: 'bob', manager: dnOf('ann') }, { directory: 'third' });
    for (const entries of [
      [ann, again, staff, bob],
      [bob, again, staff, ann],
    ]) {
      const { resources } = projectTarget(entries, third, now);
      assert.deepEqual(resources.find(({ sourceId }) => sourceId === 'staff')?.members, ['ann']);
      assert.deepEqual(
        [...(resources.find(({ sourceId }) => sourceId === 'bob')?.attributes.values() ?? [])].at(-1),
        new Reference('ann'),
      );
    }
  });

  it('is a group as the first directory has it', () => {
    const groups = [
      group('staff', [dnOf('ann')]),
      group('staff', [], {}, { directory: 'copy', dn: dnOfGroup('staff') }),
    ];
    const { resources } = projectTarget([...groups, ann, again], target, now);
    assert.deepEqual(
      resources.filter(({ type }) => type === 'group').map(({ directory, members }) => [directory, members]),
      [['corp', ['ann']]],
    );
  });
});

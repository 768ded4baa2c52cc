import { EntryMap } from '../../../support/entry-map.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Entry } from '../../../../src/core/model/entry.ts';
import type { AbsenceReason } from '../../../../src/core/model/reading.ts';
import { findDepartures } from '../../../../src/core/planning/departures.ts';
import { linkOf, user } from '../../../support/plan-input.ts';

const entry = (id: string, directory = 'corp'): Entry => ({
  id,
  directory,
  type: 'user',
  dn: `cn=${id}`,
  attributes: new Map(),
});
const links = [linkOf(user('anna')), linkOf(user('ben')), linkOf(user('cleo'), { directory: 'branch' })];

describe('findDepartures', () => {
  it('tells who is absent from who is still there but no longer wanted', () => {
    const found = findDepartures(
      [{ kind: 'complete', directory: 'corp', entries: new EntryMap([entry('anna')]) }],
      links,
    );
    assert.deepEqual(
      found.map(({ link, cause }) => [link.sourceId, cause]),
      [
        ['anna', 'left_scope'],
        ['ben', 'absent'],
      ],
    );
  });
  it('finds nobody in a directory that was read as a delta, or not at all', () => {
    assert.deepEqual(
      findDepartures(
        [{ kind: 'delta', directory: 'corp', entries: [], gone: links.map(({ sourceId }) => sourceId) }],
        links,
      ),
      [],
    );
    assert.deepEqual(findDepartures([], links), []);
  });
  it('does not take who moved into another directory for absent: they left the scope, or are not asked about at all', () => {
    const readings = [
      { kind: 'complete', directory: 'corp', entries: new EntryMap([]) },
      {
        kind: 'complete',
        directory: 'branch',
        entries: new EntryMap([entry('anna', 'branch'), entry('cleo', 'branch')]),
      },
    ] as const;
    const found = findDepartures(readings, links);
    assert.deepEqual(
      found.map(({ link, cause }) => [link.sourceId, cause]),
      [
        ['anna', 'left_scope'],
        ['ben', 'absent'],
        ['cleo', 'left_scope'],
      ],
    );
  });
  it('goes by what the directory said when it was asked about them', () => {
    const absenceReasons = new Map<string, AbsenceReason>([
      ['anna', 'deleted'],
      ['ben', 'filtered'],
      ['dora', 'missing'],
      ['emil', 'unreadable'],
      ['fred', 'present'],
    ]);
    const all = ['anna', 'ben', 'dora', 'emil', 'fred', 'gus'].map((id) => linkOf(user(id)));
    const found = findDepartures(
      [{ kind: 'complete', directory: 'corp', entries: new EntryMap([]), absenceReasons }],
      all,
    );
    assert.deepEqual(
      found.map(({ link, cause, evidence }) => [link.sourceId, cause, evidence]),
      [
        ['anna', 'absent', 'word'],
        ['ben', 'left_scope', 'word'],
        ['dora', 'absent', undefined],
        ['gus', 'absent', undefined],
      ],
    );
  });
  it('does not take an entry of one directory for one of another', () => {
    const found = findDepartures(
      [{ kind: 'complete', directory: 'branch', entries: new EntryMap([entry('anna', 'branch')]) }],
      links,
    );
    assert.deepEqual(
      found.map(({ link, cause }) => [link.sourceId, cause]),
      [['cleo', 'absent']],
    );
  });
});

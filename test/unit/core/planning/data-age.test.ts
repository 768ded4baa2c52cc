import { EntryMap } from '../../../support/entry-map.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Counters } from '../../../../src/core/model/data-version.ts';
import type { Entry } from '../../../../src/core/model/entry.ts';
import type { CompleteReading } from '../../../../src/core/model/reading.ts';
import { findOlder, dataMarkOf } from '../../../../src/core/planning/data-age.ts';

const stamped = (stamps: Readonly<Record<string, string>>): Entry[] =>
  Object.entries(stamps).map(([id, stamp]) => ({
    id,
    directory: 'corp',
    type: 'user',
    dn: `cn=${id}`,
    attributes: new Map(),
    stamp,
  }));
const reading = (
  counters: Counters,
  stamps: Readonly<Record<string, string>> = {},
  tellsAll = true,
): CompleteReading => ({
  kind: 'complete',
  directory: 'corp',
  entries: new EntryMap(stamped(stamps)),
  version: { server: 'ldap://one', has: counters, shows: counters, tellsAll },
});
const csn = (second: number, server = '000'): string =>
  `202611301027${String(second).padStart(2, '0')}.000000Z#000000#${server}#000000`;

/** Why data is older after the first reading was gone by. */
const after = (first: CompleteReading, second: CompleteReading): string | undefined => {
  const mark = dataMarkOf(first, undefined);
  return mark === undefined ? undefined : findOlder(mark, second);
};

describe('the age of data', () => {
  it('is told by counters that went back, numbers as numbers and change sequence numbers as text', () => {
    assert.match(after(reading({ 'usn a': '10' }), reading({ 'usn a': '9' })) ?? '', /^usn a is at 9, and was at 10$/);
    assert.equal(after(reading({ 'usn a': '9' }), reading({ 'usn a': '10' })), undefined);
    assert.match(
      after(reading({ 'csn dc=x 001': csn(9) }), reading({ 'csn dc=x 001': csn(8) })) ?? '',
      /^csn dc=x 001 is at/,
    );
    assert.equal(after(reading({ 'csn dc=x 001': csn(9) }), reading({ 'csn dc=x 001': csn(9) })), undefined);
  });

  it('is told by a server id of which a replica has nothing yet', () => {
    const both = reading({ 'csn dc=x 000': csn(1), 'csn dc=x 001': csn(2) });
    assert.match(after(both, reading({ 'csn dc=x 000': csn(5) })) ?? '', /nothing is there of csn dc=x 001/);
  });

  it('is not told by the counters of another server', () => {
    assert.equal(after(reading({ 'usn a': '4033' }), reading({ 'usn b': '3803' })), undefined);
    assert.equal(after(reading({ 'csn dc=x 000': csn(5) }), { ...reading({}), version: undefined }), undefined);
  });

  it('is told by how far another server has taken in the changes of the first', () => {
    const first: CompleteReading = {
      ...reading({}),
      version: {
        server: 'one',
        has: { 'usn a': '4040', 'replicated a': '4040' },
        shows: { 'usn a': '4040', 'replicated a': '4033' },
        tellsAll: true,
      },
    };
    assert.match(after(first, reading({ 'usn b': '3803', 'replicated a': '4030' })) ?? '', /replicated a is at 4030/);
    assert.equal(
      after(first, reading({ 'usn b': '3803', 'replicated a': '4035' })),
      undefined,
      'the changes beyond are none that others get',
    );
    assert.equal(
      after(first, {
        ...first,
        version: { server: 'one', has: { 'usn a': '4041', 'replicated a': '4041' }, shows: {}, tellsAll: true },
      }),
      undefined,
    );
  });

  it('is told by when entries changed last where the counters of one server say nothing on another', () => {
    const on = (server: string, count: string, times: Readonly<Record<string, string>>): CompleteReading => ({
      ...reading({}),
      entries: new EntryMap(
        stamped(times).map((entry) => ({ ...entry, stamp: `entryusn=${entry.id}`, modified: entry.stamp })),
      ),
      version: {
        server,
        has: { [`${server} lastusn`]: count },
        shows: { [`${server} lastusn`]: count },
        tellsAll: true,
        isLocal: true,
      },
    });
    const times = { a: 'modifytimestamp=1', b: 'modifytimestamp=2', c: 'modifytimestamp=3' };
    const first = on('one', '9', times);
    assert.match(
      after(first, on('two', '4', { ...times, c: 'modifytimestamp=1' })) ?? '',
      /^1 of the 3 entries that changed last/,
    );
    assert.equal(after(first, on('two', '4', times)), undefined);
    assert.equal(
      after(first, on('one', '9', { ...times, c: 'modifytimestamp=1' })),
      undefined,
      'the server itself has not gone back',
    );
  });

  it('is told by the stamps of the entries where a server does not count reliably', () => {
    const people = { a: 'entrycsn=1', b: 'entrycsn=2', c: 'entrycsn=3' };
    const first = reading({}, people, false);
    assert.match(
      after(first, reading({}, { ...people, c: 'entrycsn=1' }, false)) ?? '',
      /^1 of the 3 entries that changed last/,
    );
    assert.equal(
      after(first, reading({}, { a: 'entrycsn=1', b: 'entrycsn=2' }, false)),
      undefined,
      'somebody who changed last may be deleted',
    );
    assert.equal(after(first, reading({}, { ...people, c: 'entrycsn=4' }, false)), undefined);
    assert.match(after(first, reading({}, { z: 'entrycsn=0' }, false)) ?? '', /none of the 3/);
    assert.equal(after(first, reading({}, { z: 'entrycsn=4' }, false)), undefined);
    assert.equal(
      after(reading({}, { a: 'usnchanged=5' }, false), reading({}, { a: 'usnchanged=3' }, false)),
      undefined,
      'another domain controller counts for itself',
    );
    assert.equal(
      after(first, reading({}, { a: 'modifytimestamp=1' }, false)),
      undefined,
      'a file that was exported with other attributes',
    );
    const unstamped = {
      ...reading({}, {}, false),
      entries: new EntryMap(stamped(people).map((entry) => ({ ...entry, stamp: undefined }))),
    };
    assert.equal(after(first, unstamped), undefined, 'a file that was exported without');
    assert.equal(
      after(reading({}, { a: 'modifytimestamp=1', b: 'modifytimestamp=2', c: 'modifytimestamp=3' }, false), first),
      undefined,
    );
  });

  it('keeps the mark of what a reading does not tell, and never takes one back', () => {
    const mark = dataMarkOf(reading({ 'usn a': '5', 'usn b': '7' }), undefined);
    assert.deepEqual(dataMarkOf(reading({ 'usn a': '4', 'usn c': '1' }), mark), {
      counters: { 'usn a': '5', 'usn b': '7', 'usn c': '1' },
    });
    assert.equal(dataMarkOf(reading({}), undefined), undefined);
  });
});

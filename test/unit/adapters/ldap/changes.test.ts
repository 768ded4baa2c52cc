import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dnKey, parseDn } from '../../../../src/core/directory/dn.ts';
import { toSourceId } from '../../../../src/core/directory/source-id.ts';
import type { Entry } from '../../../../src/core/model/entry.ts';
import { batches, idValue } from '../../../../src/adapters/ldap/changes/by-id.ts';
import { findDangling, findMentioning, referenceKey } from '../../../../src/adapters/ldap/changes/known-references.ts';
import { readEntry } from '../../../../src/adapters/ldap/read/entry.ts';
import { createStampReader } from '../../../../src/adapters/ldap/read/stamp.ts';
import {
  parseWatermark,
  printWatermark,
  type WatermarkContent,
} from '../../../../src/adapters/ldap/changes/watermark.ts';
import type { SearchEntry } from '../../../../src/adapters/ldap/protocol/search.ts';

const entry = (id: string, dn: string, attributes: Record<string, string[]> = {}): Entry => ({
  id,
  dn,
  directory: 'corp',
  type: 'user',
  attributes: new Map(Object.entries(attributes)),
});
const found = (values: Record<string, string>): SearchEntry => ({
  kind: 'entry',
  id: 1,
  dn: 'cn=a',
  controls: new Map(),
  attributes: Object.entries(values).map(([description, value]) => ({ description, values: [Buffer.from(value)] })),
});

describe('ids in filters', () => {
  it('are the values that ids were made of', () => {
    const id = '00010203-0405-0607-0809-0a0b0c0d0eff';
    for (const attribute of ['objectGUID', 'entryUUID', 'nsUniqueId'])
      assert.equal(toSourceId(attribute, idValue(attribute, id)), id);
    assert.equal(Buffer.from(idValue('nsUniqueId', id)).toString(), '00010203-04050607-08090a0b-0c0d0eff');
    assert.equal(Buffer.from(idValue('objectGUID', id)).toString('hex'), '03020100050407060809' + '0a0b0c0d0eff');
  });

  it('go out in batches that leave nobody out', () => {
    assert.deepEqual([...batches([1, 2, 3, 4, 5], 2)], [[1, 2], [3, 4], [5]]);
    assert.deepEqual([...batches([], 2)], []);
    assert.deepEqual([...batches([1, 2], 2)], [[1, 2]]);
  });
});

describe('stamps', () => {
  it('leave no trace in the attributes unless they were asked for', () => {
    const raw = found({ entryCSN: '1', cn: 'a', entryUUID: '00000000-0000-4000-8000-000000000001' });
    assert.equal(createStampReader({ kind: 'openldap' }).read(raw), 'entrycsn=1');
    const namesIn = (unwanted: readonly string[]): string[] => {
      const read = readEntry(raw, {
        directory: 'd',
        type: 'user',
        idAttribute: 'entryUUID',
        unwanted: new Set(unwanted),
      });
      return [...(read?.attributes.keys() ?? [])];
    };
    assert.deepEqual(namesIn(['entrycsn']), ['cn', 'entryuuid']);
    assert.deepEqual(namesIn([]), ['entrycsn', 'cn', 'entryuuid']);
  });

  it('in seconds count only when the second is certainly over', () => {
    const reader = createStampReader({ kind: 'generic' });
    const stampOf = (time: string): string | undefined => reader.read(found({ modifyTimestamp: time }));
    assert.equal(stampOf('20260102030405Z'), undefined);
    assert.equal(stampOf('20260102030408Z'), undefined);
    assert.equal(stampOf('20260102030405Z'), 'modifytimestamp=20260102030405Z');
    assert.equal(stampOf('20260102030406Z'), undefined);
    assert.equal(stampOf('yesterday'), undefined);
  });

  it('by count are better than those by time', () => {
    const reader = createStampReader({ kind: '389ds' });
    assert.equal(reader.read(found({ modifyTimestamp: '20260102030405Z', entryusn: '7' })), 'entryusn=7');
  });
});

describe('references', () => {
  it('are found in any attribute and spelling', () => {
    const entries = [
      entry('1', 'cn=g', { member: ['UID=a,  ou=x'] }),
      entry('2', 'cn=h', { whatever: ['text', 'uid=a,ou=x'] }),
      entry('3', 'cn=i', { description: ['uid=b,ou=x'] }),
      entry('4', 'cn=j', { uniquemember: ["uid=a,ou=x#'0101'B"] }),
    ];
    assert.deepEqual([...findMentioning(entries, new Set(['uid=a,ou=x']))], ['1', '2', '4']);
    assert.deepEqual([...findMentioning(entries, new Set())], []);
  });

  it('compare as DNs do', () => {
    const word = fc.stringMatching(/^[ -~äÄß]{1,6}$/);
    const rdn = fc.tuple(fc.constantFrom('cn', 'UID', 'ou'), word).map(([type, value]) => `${type}=${value}`);
    const dn = fc.array(rdn, { minLength: 1, maxLength: 3 }).map((rdns) => rdns.join(','));
    fc.assert(
      fc.property(dn, (text) => {
        if (parseDn(text) !== undefined && !text.includes('#')) assert.equal(referenceKey(text), dnKey(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it('dangle when nobody has that name', () => {
    const all = [
      entry('1', 'cn=a'),
      entry('2', 'cn=b', { member: ['CN=A'] }),
      entry('3', 'cn=c', { manager: ['cn=nobody'] }),
    ];
    assert.deepEqual([...findDangling(all)], ['3']);
  });
});

describe('a watermark', () => {
  const content: WatermarkContent = {
    strategy: 'timestamp',
    cursor: 'a b {"c"}',
    server: 'ldap://x',
    scope: 's',
    comparedAt: 1.5,
    fresh: true,
    again: ['1'],
  };

  it('says what was put into it, and nothing when a character of it is lost', () => {
    const text = printWatermark(content);
    assert.deepEqual(parseWatermark(text), content);
    for (let at = 0; at < text.length; at += 1)
      assert.equal(parseWatermark(text.slice(0, at) + text.slice(at + 1)), undefined, `${at}`);
    for (const other of ['', ' ', 'x', 'null']) assert.equal(parseWatermark(other), undefined);
  });
});

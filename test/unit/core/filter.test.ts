import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseFilter } from '../../../src/core/directory/filter.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('parseFilter', () => {
  it('reads nested filters with white space between them', () => {
    assert.deepEqual(parseFilter('(& (uid=anna)\n (!(cn=*)) )'), {
      kind: 'and',
      filters: [
        { kind: 'equal', attribute: 'uid', value: bytes('anna') },
        { kind: 'not', filter: { kind: 'present', attribute: 'cn' } },
      ],
    });
  });
  it('keeps bytes above 0x7f as they are written', () => {
    const filter = parseFilter('(cn=Jos\\c3\\a9)');
    assert.deepEqual(filter, { kind: 'equal', attribute: 'cn', value: bytes('José') });
  });
  it('splits substrings and reads matching rules', () => {
    assert.deepEqual(parseFilter('(cn=a*b*c)'), {
      kind: 'substring',
      attribute: 'cn',
      initial: bytes('a'),
      any: [bytes('b')],
      final: bytes('c'),
    });
    assert.deepEqual(parseFilter('(userAccountControl:1.2.840.113556.1.4.803:=2)'), {
      kind: 'extensible',
      attribute: 'userAccountControl',
      rule: '1.2.840.113556.1.4.803',
      dnAttributes: false,
      value: bytes('2'),
    });
  });
  for (const [text, column] of [
    ['(&(uid=*)', 10],
    ['', 1],
    ['(uid=)', 6],
    ['(uid=a)x', 8],
    ['(u id=a)', 2],
    ['(cn=a\\zz)', 6],
    ['uid=a', 1],
  ] as const) {
    it(`refuses ${JSON.stringify(text)} and names column ${column}`, () => {
      assert.throws(() => parseFilter(text), { code: 'D2S_FILTER_INVALID', message: new RegExp(`column ${column} `) });
    });
  }
});

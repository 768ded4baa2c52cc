import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { csvRecord } from '../../../../src/core/wording/csv.ts';

describe('a CSV record', () => {
  it('has its fields in quotes, quotes in them doubled, and ends with CRLF (RFC 4180 §2)', () => {
    assert.equal(csvRecord(['a', '', 'b, c', 'say "hi"']), '"a","","b, c","say ""hi"""\r\n');
  });

  for (const field of ['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '＝1+1', '＋1', '－1', '＠x', '=cmd|"/c calc"!A1'])
    it(`has no formula: ${field}`, () => {
      assert.equal(csvRecord([field]), `"'${field.replaceAll('"', '""')}"\r\n`);
    });

  it('is one line, whatever stands in a name, and shows what nobody sees', () => {
    assert.equal(
      csvRecord(['Ada\r\n=1+1', '\u200Bx', '\u001b[31mred']),
      '"Ada =1+1","\\u{200B}x","\\u{1B}[31mred"\r\n',
    );
  });

  it('begins no field with a tab or a line break', () => {
    assert.equal(csvRecord(['\t=1', '\r=1', '\n=1']), `"' =1","' =1","' =1"\r\n`);
  });

  it('leaves names as they are', () => {
    assert.equal(csvRecord(["Anne-Marie O'Neil", '李 小龍', 'a=b']), `"Anne-Marie O'Neil","李 小龍","a=b"\r\n`);
  });
});

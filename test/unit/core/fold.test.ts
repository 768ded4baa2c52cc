import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fold, foldPart, presentText } from '../../../src/core/directory/fold.ts';

describe('fold', () => {
  it('gives one text for all that LDAP takes for equal', () => {
    for (const alike of [
      [
        'Anna Berg',
        ' anna  BERG ',
        'Anna\u00a0Berg',
        'A\u00adnna Berg',
        'Anna\u2028Berg',
        '\u200eAnna Berg',
        'Anna\u0085Berg',
      ],
      ['Stra\u00dfe', 'STRASSE', 'stra\u1e9ee'],
      ['caf\u00e9', 'CAFE\u0301'],
      ['\uff44\uff49\uff52', 'DIR'],
      ['\ufb01n', 'FIN'],
      ['\u039f\u0394\u039f\u03a3', '\u03bf\u03b4\u03bf\u03c2', '\u03bf\u03b4\u03bf\u03c3'],
    ]) {
      assert.equal(new Set(alike.map(fold)).size, 1, JSON.stringify(alike));
    }
  });

  it('keeps apart what only looks alike', () => {
    for (const [one, other] of [
      ['anna', '\u0430nna'],
      ['\u0131', 'i'],
      ['a b', 'ab'],
      ['rn', 'm'],
    ] as const)
      assert.notEqual(fold(one), fold(other));
  });

  it('is its own fold, and keeps space at the ends of a part', () => {
    for (const text of [' a  B ', '\u1e9e \u0130', 'x'.repeat(5_000)]) assert.equal(fold(fold(text)), fold(text));
    assert.equal(foldPart(' A\t b '), ' a b ');
  });

  it('takes no longer for a text that is made to', () => {
    const hostile = [
      'a' + '\u0327\u0301'.repeat(500_000),
      '\ufdfa'.repeat(1_000_000),
      `${' '.repeat(500_000)}\u00e9${' '.repeat(500_000)}x`,
    ];
    const began = performance.now();
    for (const text of hostile) [fold(text), presentText(text)].forEach((result) => assert.notEqual(result, ''));
    assert.ok(performance.now() - began < 2_000);
  });
});

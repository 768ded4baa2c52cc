import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printable } from '../../../../src/core/wording/foreign.ts';

describe('text from outside on a terminal', () => {
  it('is on one line, with what nobody sees written out', () => {
    assert.equal(printable('ada\r\nD2S_FAKE\u202e'), 'ada D2S_FAKE\\u{202E}');
  });

  it('is cut where somebody has a name of 100,000 characters, and says how long it is', () => {
    assert.equal(printable('L'.repeat(100_000)), `${'L'.repeat(2_000)}… (100,000 characters)`);
    assert.equal(printable('L'.repeat(2_000)), 'L'.repeat(2_000));
    assert.ok(printable(`${'L'.repeat(1_999)}\u{1F600}`).isWellFormed());
  });
});

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { keyedDigest } from '../../../../src/adapters/lowdb/shared/keyed-digest.ts';

describe('a keyed digest', () => {
  it('is half of an HMAC-SHA-256, whatever the key and the text, and whatever came before', () => {
    const texts = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 3_000, maxLength: 9_000 })), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), texts, (key, all) => {
        const digest = keyedDigest(key);
        for (const text of all) {
          const expected = createHmac('sha256', key).update(text).digest().subarray(0, 16).toString('base64url');
          assert.equal(digest(text), expected);
        }
      }),
    );
  });

  it('takes no key that would have to be hashed first', () => {
    assert.throws(() => keyedDigest(new Uint8Array(65)), RangeError);
  });
});

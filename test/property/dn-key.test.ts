import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dnKey, keyOfDn } from '../../src/core/directory/dn.ts';

const type = fc.constantFrom('uid', 'UID', 'cn', 'commonName', 'OU', 'dc', '2.5.4.3', 'userid', 'x-y', 'x');
const value = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 8 }),
  fc.stringMatching(/^[A-Za-z0-9 .'@?;<>#_+-]{1,9}$/),
  fc.constantFrom('#0c0141', 'a  b', ' a', 'a ', 'a\\,b', 'ß'),
);
const dn = fc
  .array(
    fc.tuple(type, value).map((parts) => parts.join('=')),
    { minLength: 1, maxLength: 4 },
  )
  .chain((parts) => fc.constantFrom(',', ', ', '+').map((separator) => parts.join(separator)));

describe('the key of a DN', () => {
  it('is the same whether the DN is taken apart or so plain that it need not be', () => {
    fc.assert(
      fc.property(dn, (text) => {
        const key = keyOfDn(text);
        if (key !== undefined) assert.equal(dnKey(text), key);
      }),
      { numRuns: 2_000 },
    );
  });
});

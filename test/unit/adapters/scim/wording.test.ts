import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { secretsIn } from '../../../../src/adapters/scim/shared/sanitize.ts';
import { clean } from '../../../../src/core/wording/foreign.ts';

describe('words from outside', () => {
  it('lose escape sequences and line breaks, and what nobody sees is written out', () => {
    assert.equal(
      clean('\u001b[31mred\u001b[0m\r\n\tnext\u001b]0;title\u0007 \u202eend\u0000', []),
      String.raw`red next \u{202E}end`,
    );
  });

  it('are cut to a length that fits a line', () => {
    assert.equal(clean('x'.repeat(500), []).length, 200);
  });

  it('never contain a credential, wherever it stands', () => {
    const secret = fc.string({
      minLength: 4,
      maxLength: 40,
      unit: fc.constantFrom('a', 'b', 'X', 'Y', '0', '9', '-', '.', '_', '~', '+', '/', '='),
    });
    fc.assert(
      fc.property(secret, fc.string(), fc.string({ maxLength: 300 }), (token, before, after) => {
        const secrets = secretsIn({ authorization: `Bearer ${token}` });
        const said = clean(`${before}${token}${after}Bearer ${token}`, secrets);
        return !said.includes(token) || '***…'.includes(token);
      }),
    );
  });

  it('know what is secret in a header: the value, its parts, and what Basic hides', () => {
    const basic = Buffer.from('svc:pässword').toString('base64');
    assert.deepEqual(
      new Set(secretsIn({ authorization: `Basic ${basic}`, 'x-key': 'key-1' })),
      new Set([`Basic ${basic}`, basic, 'svc:pässword', 'pässword', 'key-1']),
    );
    assert.ok(!secretsIn({ authorization: 'Bearer abcd' }).includes('Bearer'));
  });
});

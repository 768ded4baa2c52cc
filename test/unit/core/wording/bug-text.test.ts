import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toBridgeError } from '../../../../src/core/model/errors.ts';

/** What is said of something that was thrown. */
const said = (thrown: unknown): string => toBridgeError(thrown).message;

describe('What is said of a bug', () => {
  it('is what the engine says, where that names nothing but code', () => {
    const nothing = undefined as unknown as { readonly mail: string };
    assert.throws(
      () => nothing.mail,
      (error) => said(error) === "TypeError: Cannot read properties of undefined (reading 'mail')",
    );
    assert.equal(
      said(new TypeError('entry.attributes.get is not a function')),
      'TypeError: entry.attributes.get is not a function',
    );
  });

  it('is what consists of known words, and no value', () => {
    assert.equal(said(new Error('the user of ada.canary@corp.example is unknown')), 'Error: the user of … is unknown');
    assert.doesNotMatch(said(new SyntaxError('Unexpected token in "Ada Canary"')), /ada|canary/i);
    assert.doesNotMatch(said('Ada Canary'), /ada/i);
    const named = Object.assign(new Error('x'), { name: 'Ada Canary' });
    assert.doesNotMatch(said(named), /ada/i);
    assert.doesNotMatch(said(new TypeError("Cannot read properties of undefined (reading 'ada canary')")), /ada/i);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSourceId } from '../../../src/core/directory/source-id.ts';

const id = '3b1c8a52-7c0e-4a44-9c5b-0d6f1f2f8a13';

describe('an externalId', () => {
  for (const spelled of [
    id,
    id.toUpperCase(),
    `{${id}}`,
    `{${id.toUpperCase()}}`,
    `urn:uuid:${id}`,
    id.replaceAll('-', ''),
  ]) {
    it(`is the source id when it is spelled ${spelled}`, () => {
      assert.equal(isSourceId(spelled, id), true);
    });
  }

  it('is another one when anything else differs, and where the source id is no UUID', () => {
    for (const other of [id.replace('3', '4'), ` ${id}`, `${id}0`, '', undefined, null, 7])
      assert.equal(isSourceId(other, id), false, String(other));
    assert.equal(isSourceId('ANNA', 'anna'), false);
    assert.equal(isSourceId('anna', 'anna'), true);
  });
});

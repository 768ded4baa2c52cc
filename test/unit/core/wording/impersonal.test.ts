import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { impersonal } from '../../../../src/core/wording/impersonal.ts';

describe('what is kept of the words of a refusal', () => {
  for (const [said, kept] of [
    ['SCIM is not enabled on your plan', 'SCIM is not enabled on your plan'],
    ['SCIM is not enabled on your plan <b>ada@corp.example</b>', 'SCIM is not enabled on your plan …'],
    ['User Ada Lovelace (ada@corp.example) has no license', 'User … has no license'],
    ['userName "ada.lovelace" is already taken by bob', 'userName … is already taken by …'],
    ['invalidValue: emails[0].value must not be empty', '… emails … value must not be empty'],
    ['The seat limit of 25 is reached; contact Grace', 'The seat limit of is reached contact …'],
    ['ada lovelace', undefined],
    ['HTTP 400', undefined],
    ['', undefined],
  ] as const)
    it(JSON.stringify(said), () => {
      assert.equal(impersonal(said), kept);
    });

  it('has nothing that was not in the list, and is not long', () => {
    const kept = impersonal('the request of Zoë Q. was not allowed '.repeat(100)) ?? '';
    assert.ok(kept.length <= 200);
    assert.doesNotMatch(kept, /Zo|Q/);
  });
});

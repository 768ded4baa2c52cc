import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bindError } from '../../src/adapters/ldap/protocol/bind-error.ts';

const refused = (code: number, diagnostic: string) =>
  bindError({ kind: 'bind_response', id: 1, code, diagnostic, referrals: [], controls: new Map() }, 'ldaps://dc1');
const windows = (data: string): string =>
  `80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data ${data}, v2580\0`;

describe('the error of a bind that was refused', () => {
  for (const [data, reason] of [
    ['525', /no such account/],
    ['52e', /password is wrong/],
    ['52E', /password is wrong/],
    ['530', /at this time/],
    ['531', /from this computer/],
    ['532', /password has expired/],
    ['533', /disabled/],
    ['701', /account has expired/],
    ['773', /must be changed/],
    ['775', /locked out/],
  ] as const) {
    it(`explains data ${data} of Active Directory`, () => {
      const error = refused(49, windows(data));
      assert.equal(error.code, 'D2S_DIRECTORY_AUTH');
      assert.match(error.message, reason);
      assert.notEqual(error.remedy, '');
    });
  }

  it('quotes the server where there is nothing to explain', () => {
    assert.match(refused(49, windows('999')).message, /invalidCredentials \(49\) \("80090308: .*data 999, v2580"\)$/);
    assert.equal(refused(49, '').message, 'ldaps://dc1 refused the bind: invalidCredentials (49)');
  });

  it('lets the next server be tried only when this one is busy or unavailable', () => {
    for (const code of [51, 52]) assert.equal(refused(code, '').code, 'D2S_DIRECTORY_UNREACHABLE');
    for (const code of [8, 13, 34, 48, 50, 53]) assert.equal(refused(code, '').code, 'D2S_DIRECTORY_AUTH');
  });
});

it('repeats no password, also where the server does', () => {
  const result = {
    kind: 'bind_response' as const,
    id: 1,
    code: 49,
    diagnostic: 'wrong password: hunter2-canary\r\n',
    referrals: [],
    controls: new Map(),
  };
  assert.doesNotMatch(bindError(result, 'ldaps://dc1', 'hunter2-canary').line, /hunter2|[\r\n]/);
});

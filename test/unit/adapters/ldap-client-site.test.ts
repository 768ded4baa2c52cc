import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readSites } from '../../../src/adapters/ldap/connect/client-site.ts';

/** As a Samba domain controller answered: forest, domain, host, NetBIOS names, no user, its site, and a pointer to that name. */
const answer = Buffer.from(
  'FwAAAJ0RAACu1fgrzHqVT7K0lVRLDh4nA2xhYgdleGFtcGxlA29yZwDAGANkYzHAGANMQUIAA0RDMQAAF0RlZmF1bHQtRmlyc3QtU2l0ZS1OYW1lAMA8BQAAAP////8=',
  'base64',
);
const ownAt = answer.length - 10;
const withOwn = (own: Buffer): Buffer => Buffer.concat([answer.subarray(0, ownAt), own, answer.subarray(ownAt + 2)]);

describe('what a domain controller says of sites', () => {
  it('is its own and that of whoever asks, also where it points to a name before', () => {
    const first = 'Default-First-Site-Name';
    assert.deepEqual(readSites(answer), { own: first, server: first });
    assert.deepEqual(readSites(withOwn(Buffer.from('\x06Berlin\0'))), { own: 'Berlin', server: first });
  });

  it('is nothing where the subnet belongs to no site, or the name could not stand in DNS', () => {
    for (const own of ['\0', '\x03a b\0', '\x01a\x01b\0', '\x04a.b.\0'])
      assert.equal(readSites(withOwn(Buffer.from(own))), undefined, own);
  });

  it('is nothing in answers of another form, cut ones, and pointers that lead nowhere or in a circle', () => {
    for (let length = 0; length < ownAt + 2; length += 1)
      assert.equal(readSites(answer.subarray(0, length)), undefined, String(length));
    const other = Buffer.from(answer);
    other.writeUInt16LE(19, 0);
    assert.equal(readSites(other), undefined);
    for (const target of [ownAt, 0xffff])
      assert.equal(readSites(withOwn(Buffer.from([0xc0 | ((target >> 8) & 0x3f), target & 0xff]))), undefined);
  });

  it('comes to an end for whatever bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const message = Buffer.concat([answer.subarray(0, 24), Buffer.from(bytes)]);
        const sites = readSites(message);
        assert.ok(sites === undefined || /^[\w-]{1,63}$/.test(sites.own));
      }),
    );
  });
});

import type { ExpressionContext } from '../../src/core/expression/expression.ts';
import { entry, now } from './entries.ts';

/** The person over whom the examples in docs/expressions.md are evaluated. */
export const examplePerson = entry(
  '00112233-4455-6677-8899-aabbccddeeff',
  {
    distinguishedName: 'CN=Zoë Olsen,OU=Oslo,OU=Staff,DC=corp,DC=example',
    cn: 'Zoë Olsen',
    givenName: 'Zoë',
    sn: 'Olsen',
    mail: 'Zoe.Olsen@corp.example',
    sAMAccountName: 'zolsen',
    title: 'Senior Engineer',
    department: 'Support',
    c: 'NO',
    telephoneNumber: '+47 22 33 44 55',
    userAccountControl: '512',
    accountExpires: '134432352000000000',
    whenCreated: '20240229083000.0Z',
    manager: 'CN=Kim Berg,OU=Oslo,OU=Staff,DC=corp,DC=example',
    proxyAddresses: ['SMTP:Zoe.Olsen@corp.example', 'smtp:zoe@corp.example'],
    'msDS-cloudExtensionAttribute1': 'blue',
    objectGUID: Uint8Array.from([
      0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
    ]),
    objectSid: Uint8Array.from([
      1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0x50, 4, 0, 0,
    ]),
    thumbnailPhoto: Uint8Array.from([0xff, 0xd8, 0xff, 0xe0]),
  },
  { dn: 'CN=Zoë Olsen,OU=Oslo,OU=Staff,DC=corp,DC=example' },
);

export const exampleContext: ExpressionContext = {
  isMemberOf: (dn) => dn === 'CN=wiki-users,OU=Groups,DC=corp,DC=example',
  isOver: (instant) => instant <= now,
};

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { slapdSuffix, startSlapd } from '../support/slapd.ts';

/** The directory that the demo follows, and what happens in it. */
export interface DemoDirectory {
  /** For a person: what it is. */
  readonly what: string;
  /** Where the viewer may change it. */
  readonly where: string;
  /** Its keys in the configuration, indented. */
  readonly configuration: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Hugo gets a new title, Noor joins Sales, Liam leaves. */
  change(): Promise<void>;
  close(): Promise<void>;
}

const sample = join(import.meta.dirname, 'people.ldif');

const newcomer = `dn: uid=noor,ou=people,${slapdSuffix}
objectClass: inetOrgPerson
uid: noor
cn: Noor van Dijk
givenName: Noor
sn: van Dijk
displayName: Noor van Dijk
mail: noor@example.org
title: Account Executive
departmentNumber: Sales
employeeNumber: 1013
manager: uid=grace,ou=people,${slapdSuffix}
`;

/** @param folder where the LDIF file may be written */
export async function demoDirectory(folder: string, openldap: boolean): Promise<DemoDirectory> {
  const text = await readFile(sample, 'utf8');
  return openldap ? ldapDirectory(text) : ldifDirectory(text, join(folder, 'people.ldif'));
}

async function ldifDirectory(text: string, path: string): Promise<DemoDirectory> {
  await writeFile(path, text);
  return {
    what: 'a company of 12 people in 5 groups, as an LDIF file',
    where: path,
    configuration: `    kind: ldif\n    path: ${path}\n`,
    environment: {},
    async change() {
      const changed = withoutEntry(text, 'uid=liam,')
        .replace(/^member: uid=liam,.*\n/m, '')
        .replace(/(dn: uid=hugo,[^]*?title: ).*/, '$1Head of Accounts')
        .replace(/(dn: cn=sales,[^]*?)(entryUUID)/, `$1member: uid=noor,ou=people,${slapdSuffix}\n$2`);
      // Written beside and moved in place, so that no poll ever sees half a file.
      await writeFile(
        `${path}.new`,
        `${changed.trimEnd()}\n\n${newcomer}entryUUID: 3b1c8a52-7c0e-4a44-9c5b-0d6f1f2f8a13\n`,
      );
      await rename(`${path}.new`, path);
    },
    close: () => Promise.resolve(),
  };
}

async function ldapDirectory(text: string): Promise<DemoDirectory> {
  // slapd takes entryUUID from the file as it is.
  const slapd = await startSlapd({ ldif: text.replace(/^#.*\nversion: 1\n/, '') });
  return {
    what: `the same company in a real OpenLDAP at ${slapd.url}`,
    where: `ldapmodify -H ${slapd.url} -D cn=owner,${slapdSuffix} -w owner-secret`,
    configuration: `    urls: [${slapd.url}]
    bind: { dn: "${slapd.reader.dn}", password: { env: DEMO_LDAP_PASSWORD } }
    users: { bases: ["ou=people,${slapdSuffix}"] }
    groups: { bases: ["ou=groups,${slapdSuffix}"] }
`,
    environment: { DEMO_LDAP_PASSWORD: slapd.reader.password },
    change: () =>
      slapd.change(`dn: uid=hugo,ou=people,${slapdSuffix}
changetype: modify
replace: title
title: Head of Accounts

${newcomer.replace('\n', '\nchangetype: add\n')}
dn: cn=sales,ou=groups,${slapdSuffix}
changetype: modify
add: member
member: uid=noor,ou=people,${slapdSuffix}

dn: cn=support,ou=groups,${slapdSuffix}
changetype: modify
delete: member
member: uid=liam,ou=people,${slapdSuffix}

dn: uid=liam,ou=people,${slapdSuffix}
changetype: delete
`),
    close: () => slapd.dispose(),
  };
}

function withoutEntry(text: string, rdn: string): string {
  return text
    .split('\n\n')
    .filter((record) => !record.startsWith(`dn: ${rdn}`))
    .join('\n\n');
}

import { createHash } from 'node:crypto';
import { slapdSuffix } from '../../support/slapd.ts';

/** People and groups of a made-up company, in few words. */
export interface Company {
  /** By uid. */
  readonly people: Readonly<Record<string, Person>>;
  /** Members by the group's cn. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

export interface Person {
  readonly name: string;
  readonly title?: string;
  /** A uid. */
  readonly manager?: string;
  readonly disabled?: boolean;
}

export const personDn = (uid: string): string => `uid=${uid},ou=people,${slapdSuffix}`;
export const groupDn = (cn: string): string => `cn=${cn},ou=groups,${slapdSuffix}`;
export const mailOf = (uid: string): string => `${uid}@corp.example`;

/** The same id for the same name, so that a rewritten file shows the same people. */
export function idOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

/** The company as slapcat would print it. */
export function companyLdif({ people, groups }: Company): string {
  const folders = ['people', 'groups'].map(
    (ou) => `dn: ou=${ou},${slapdSuffix}\nobjectClass: organizationalUnit\nou: ${ou}\nentryUUID: ${idOf(ou)}\n`,
  );
  return [...folders, ...Object.entries(people).map(personLdif), ...Object.entries(groups).map(groupLdif)].join('\n');
}

function personLdif([uid, { name, title, manager, disabled }]: readonly [string, Person]): string {
  const [given = '', surname = ''] = name.split(' ');
  return lines([
    `dn: ${personDn(uid)}`,
    'objectClass: inetOrgPerson',
    `uid: ${uid}`,
    `cn: ${name}`,
    `givenName: ${given}`,
    `sn: ${surname}`,
    `mail: ${mailOf(uid)}`,
    title === undefined ? undefined : `title: ${title}`,
    manager === undefined ? undefined : `manager: ${personDn(manager)}`,
    disabled === true ? 'pwdAccountLockedTime: 000001010000Z' : undefined,
    `entryUUID: ${idOf(uid)}`,
  ]);
}

function groupLdif([cn, members]: readonly [string, readonly string[]]): string {
  return lines([
    `dn: ${groupDn(cn)}`,
    'objectClass: groupOfNames',
    `cn: ${cn}`,
    ...members.map((uid) => `member: ${personDn(uid)}`),
    `entryUUID: ${idOf(`group ${cn}`)}`,
  ]);
}

function lines(all: readonly (string | undefined)[]): string {
  return `${all.filter((line) => line !== undefined).join('\n')}\n`;
}

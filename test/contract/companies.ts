import { companyLdif, mailOf, type Company, type Person } from '../e2e/support/company.ts';
import type { ScimServer } from '../support/scim-server/index.ts';

const names = ['ada', 'ben', 'carla', 'dmitri', 'elif', 'femi', 'greta', 'hugo', 'ines', 'jonas', 'kaya', 'liam'];
const person = (uid: string): Person => ({
  name: `${uid.charAt(0).toUpperCase()}${uid.slice(1)} Stone`,
  title: 'Engineer',
  ...(uid === 'ada' ? {} : { manager: 'ada' }),
});
const people = Object.fromEntries(names.map((uid) => [uid, person(uid)]));

/** Before: twelve people, two groups. */
export const before: Company = { people, groups: { crew: names.slice(0, 9), cabin: ['ada', 'liam'] } };

/** After: another title and none, another manager, one disabled, one who left and one who is new; members come and go. */
export const after: Company = {
  people: {
    ...Object.fromEntries(Object.entries(people).filter(([uid]) => uid !== 'liam')),
    ben: { ...person('ben'), title: 'Chief engineer' },
    carla: { name: 'Carla Stone', manager: 'ben' },
    dmitri: { ...person('dmitri'), disabled: true },
    noor: person('noor'),
  },
  groups: { crew: [...names.slice(2, 9), 'noor'], cabin: ['ada', 'noor'] },
};

/** As slapcat prints it, with another address for elif in the second. */
export const ldifOf = (company: Company): string =>
  company === after
    ? companyLdif(company).replace(`mail: ${mailOf('elif')}`, 'mail: elif.stone@corp.example')
    : companyLdif(company);

/** Title and addresses of everybody active, by user name. */
export function peopleOn(server: ScimServer): Record<string, readonly unknown[]> {
  const active = server.users().filter((user) => user['active'] === true);
  return Object.fromEntries(active.map(({ userName, title, emails }) => [String(userName), [title, valuesOf(emails)]]));
}

export function peopleOf(company: Company): Record<string, readonly unknown[]> {
  const active = Object.entries(company.people).filter(([, { disabled }]) => disabled !== true);
  const address = (uid: string): string =>
    company === after && uid === 'elif' ? 'elif.stone@corp.example' : mailOf(uid);
  return Object.fromEntries(active.map(([uid, { title }]) => [uid, [title, [address(uid)]]]));
}

/** Members by the group's name, as user names. */
export function groupsOn(server: ScimServer): Record<string, unknown> {
  const names = new Map(server.users().map(({ id, userName }) => [id, userName]));
  return Object.fromEntries(
    server.groups().map(({ displayName, members }) => [
      String(displayName),
      valuesOf(members)
        .map((id) => names.get(id))
        .sort(),
    ]),
  );
}

/** Whoever is disabled stays a member, unless deactivating deletes. */
export function groupsOf(company: Company, deletes = false): Record<string, unknown> {
  const isThere = (uid: string): boolean => !deletes || company.people[uid]?.disabled !== true;
  return Object.fromEntries(
    Object.entries(company.groups).map(([name, members]) => [name, members.filter(isThere).sort()]),
  );
}

function valuesOf(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list.map((element: { readonly value: unknown }) => element.value) : [];
}

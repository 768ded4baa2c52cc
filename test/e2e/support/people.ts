import type { Company } from './company.ts';

/** The company of most tests: eight people, two groups. */
export const office: Company = {
  people: {
    amara: { name: 'Amara Osterholm', title: 'Director' },
    bastian: { name: 'Bastian Quillfeather', title: 'Engineer', manager: 'amara' },
    celeste: { name: 'Celeste Wainwright', manager: 'amara' },
    dorian: { name: 'Dorian Applethwaite', manager: 'amara' },
    elodie: { name: 'Elodie Brightwater' },
    fergus: { name: 'Fergus Mackintosh' },
    giselle: { name: 'Giselle Thornbury' },
    hector: { name: 'Hector Vandermeer' },
  },
  groups: { 'oslo-sales': ['amara', 'bastian', 'celeste'], 'oslo-support': ['dorian', 'elodie'] },
};

/** Words that belong to people of the office, or to the directory. */
export const personalWords = [
  ...Object.entries(office.people).flatMap(([uid, { name }]) => [uid, ...name.split(' ')]),
  '@corp.example',
  'uid=',
  'ou=people',
];

/** The same company, some of it different. */
export function officeWith(people: Company['people'], groups: Company['groups'] = {}): Company {
  return { people: { ...office.people, ...people }, groups: { ...office.groups, ...groups } };
}

/** The same company without some people. */
export function officeWithout(...uids: readonly string[]): Company {
  const people = Object.entries(office.people).filter(([uid]) => !uids.includes(uid));
  const groups = Object.entries(office.groups).map(
    ([cn, members]) => [cn, members.filter((uid) => !uids.includes(uid))] as const,
  );
  return { people: Object.fromEntries(people), groups: Object.fromEntries(groups) };
}

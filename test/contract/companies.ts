import { companyLdif, mailOf, type Company, type Person } from '../e2e/support/company.ts';

const names = ['ada', 'ben', 'carla', 'dmitri', 'elif', 'femi', 'greta', 'hugo', 'ines', 'jonas', 'kaya', 'liam'];
const person = (uid: string): Person => ({ name: `${uid.charAt(0).toUpperCase()}${uid.slice(1)} Stone`, title: 'Engineer', ...(uid === 'ada' ? {} : { manager: 'ada' }) });
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
  company === after ? companyLdif(company).replace(`mail: ${mailOf('elif')}`, 'mail: elif.stone@corp.example') : companyLdif(company);
